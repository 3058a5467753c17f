"""A game day on one machine: faults made on purpose, what tells of them, and the way back (docs/game-day.md)."""
