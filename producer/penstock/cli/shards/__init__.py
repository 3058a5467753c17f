"""``penstock shards``: how a stream is divided, and how its load is."""
