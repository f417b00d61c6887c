"""Several calibrated views to people in space."""
