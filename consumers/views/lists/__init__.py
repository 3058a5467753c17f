"""Top lists: the values most used in a window, and those that rose most, ready to be read by one call."""
