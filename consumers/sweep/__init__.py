"""The sweep: compares the pane log with the trends and repairs what the log's stream lost. See `docs/rollup.md`."""
