"""Delivery: the sans-I/O core of the producer. ``penstock.delivery.core`` is where to begin."""
