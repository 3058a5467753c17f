"""Redrive: looks at what was set aside, and brings it back to be counted. See `docs/redrive.md`."""
