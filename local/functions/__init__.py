"""Lambda on one machine: execution environments, the Runtime API, schedules and metrics."""
