"""Lambda functions that read streams, and the layout of the tables they write."""
