"""Claims about forecasting."""
