"""``python -m reporting.hidden``: says which values are counted and not shown (docs/moderation.md)."""
