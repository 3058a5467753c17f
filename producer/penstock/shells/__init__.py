"""Shells: what drives the delivery core with threads or an event loop, and when a process forks or ends."""
