"""The command line of the schedule."""
