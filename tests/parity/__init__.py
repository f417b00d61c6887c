"""Parity: the same numbers as the authors' code, from golden files made by running it once."""
