"""What an event costs rollup in CPU time, and whether that grows with the hours."""
