"""Claims about robustness, and the benchmark around them."""
