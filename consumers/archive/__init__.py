"""The archive: every record of the stream, kept in S3 as ingest got it. See `docs/archive.md`."""
