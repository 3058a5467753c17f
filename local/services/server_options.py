"""What the services' process is told on its command line."""

from typing import Final

WRITE_LIMITS: Final = "--write-limits"
"""Refuse what a shard would not take in a second on AWS."""
