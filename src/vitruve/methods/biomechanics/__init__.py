"""Methods that give joint angles."""
