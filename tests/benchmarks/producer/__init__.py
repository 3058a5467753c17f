"""How fast the producer is, next to what else there is for Python."""
