"""Experiments on the claims of multi-view methods."""
