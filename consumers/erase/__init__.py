"""Erase: removes one author's raw records from all that keeps some. See `docs/privacy.md`."""
