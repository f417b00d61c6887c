"""Experiments on methods that give joint angles."""
