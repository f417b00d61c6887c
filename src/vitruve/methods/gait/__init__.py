"""Gait recognition methods."""
