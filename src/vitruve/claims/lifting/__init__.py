"""Claims of lifting methods."""
