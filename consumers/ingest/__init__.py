"""Ingest: folds a batch of the event stream into the pane log. See `docs/exactly-once.md`."""
