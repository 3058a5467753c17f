"""The schedule: how event time and author give an event its address, for ever; and appending an entry to it."""

from consumers.schedule.schedule import DAY, HOUR, MINUTE, Address, Entry, Schedule, ScheduleError

__all__ = ["DAY", "HOUR", "MINUTE", "Address", "Entry", "Schedule", "ScheduleError"]
