"""Claims of inertial methods."""
