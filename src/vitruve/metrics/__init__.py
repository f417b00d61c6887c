"""Metrics: pure functions on tensors. A name says its protocol; lengths come back in the unit they came in."""
