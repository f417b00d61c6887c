"""Robustness of recognisers: attacks."""
