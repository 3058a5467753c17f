"""How well alerts find the surges of the demo source."""
