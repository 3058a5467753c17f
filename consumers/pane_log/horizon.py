"""Noticing that the pane log is to remember for longer than it does. Pure.

A segment expires by the dedup horizon and the stream's retention that its writer was told. Where either is raised on a
running stack, the segments of older panes still expire by the old values. An event that comes for such a pane would
find its place in the log free again: a copy would be put a second time, and an event that is new would be put at a
number that the trends have long had, so that rollup would take it for a repeat. Ingest therefore refuses it
(`Horizon.forgotten_before`) until no event of those panes can come any more.
"""

import math
from typing import Final, NamedTuple

from consumers.schedule import HOUR

SPARE_HOURS: Final = 24
"""How much longer than an event may come and wait its pane's segments are kept. After a raise it serves functions that
still run with the old value, clients whose clock is ahead, and batches that take long."""


class Horizon(NamedTuple):
    """For how long the log keeps segments, as far as is known."""

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

    def forgotten_before(self, now: float) -> float:
        """Return the event time (epoch seconds) before which the log may have forgotten at `now`; -inf if none.

        Panes that began after the raise are kept for `hours`; older ones for `sure_hours`.
        """
        if not self.raised:
            return -math.inf
        raised = self.sure_from - self.hours * HOUR
        return min(raised + SPARE_HOURS * HOUR, now - (self.sure_hours - SPARE_HOURS) * HOUR)


def seen(before: Horizon | None, hours: int, now: float) -> Horizon:
    """Return what is known once functions are told `hours`, at `now` (epoch seconds); `before` is what was known.

    After a raise the log is sure when the newest event of the time before it is too old to come.
    """
    if before is None:
        return Horizon(hours, hours, 0)
    sure_hours = before.sure_hours if now < before.sure_from else before.hours
    raised = now if hours > before.hours else before.sure_from - before.hours * HOUR
    sure_from = int(raised) + hours * HOUR
    if hours <= sure_hours or sure_from <= now:
        return Horizon(hours, hours, 0)
    return Horizon(hours, sure_hours, sure_from)
