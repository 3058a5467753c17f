"""Noticing that the pane log is to remember for longer than it does. Pure.

A segment expires by the dedup horizon and the stream's retention that its writer was told. Where either is raised on a
running stack, ingest takes older events at once, but the segments of their panes have expired by the old values: a copy
of such an event would count again, until the old time has passed.
"""

from typing import NamedTuple

from consumers.schedule import HOUR


class Horizon(NamedTuple):
    """For how long the log keeps segments, as the sweep has seen it."""

    hours: int
    """As the functions are told now."""
    sure_hours: int
    """For how long it surely has every segment: less than `hours` for a while after a raise."""
    sure_from: int
    """Epoch seconds from which on it surely has them for `hours`; 0 if it has them now."""

    @property
    def raised(self) -> bool:
        """Whether events may come that the log has forgotten."""
        return self.sure_from > 0


def seen(before: Horizon | None, hours: int, now: float) -> Horizon:
    """Return what is known once functions are told `hours`, at `now` (epoch seconds); `before` is what was known."""
    if before is None:
        return Horizon(hours, hours, 0)
    sure_hours = before.sure_hours if now < before.sure_from else before.hours
    if hours <= sure_hours:
        return Horizon(hours, hours, 0)
    sure_from = int(now) + before.hours * HOUR if hours > before.hours else before.sure_from
    return Horizon(hours, sure_hours, sure_from)
