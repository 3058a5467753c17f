"""The poller's core and the simulated world it runs in."""
