"""The pane log: where each event is counted once. See `docs/exactly-once.md`."""
