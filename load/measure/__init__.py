"""What a run measures, and how figures are kept."""
