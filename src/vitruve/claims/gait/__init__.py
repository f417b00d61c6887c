"""Claims about gait recognition."""
