"""What the handlers cost, measured on the real ones: points, a fit with its error, a file."""
