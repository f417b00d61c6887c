"""Claims about action recognition."""
