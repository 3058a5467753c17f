"""What it costs, next to how else it could be done: ``make bench``."""
