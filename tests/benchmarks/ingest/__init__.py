"""What counting costs: the whole ingest handler, next to the usual way."""
