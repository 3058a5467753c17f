"""``penstock tail``: what arrives in a stream, a line for each event."""
