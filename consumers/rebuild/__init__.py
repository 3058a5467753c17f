"""Rebuild: recomputes pane log and trends from the archive into tables of their own. See `docs/rebuild.md`."""
