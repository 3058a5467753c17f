"""Rollup: from the pane log's stream to trends, each segment applied once. See `docs/rollup.md`."""
