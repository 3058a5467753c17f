"""How many events a second can be asked for."""

from typing import Final

LEAST_RATE: Final = 0.1
"""Fewest events a second, so that a function's time does not run out while a single event waits for its turn."""
