"""Which items a question's time needs, as of now."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from consumers.tables import Level
from reporting.plan import Read, plan
from reporting.reader import Freshness
from reporting.windows import Span

AHEAD_SECONDS: Final = 86_400
"""How far ahead of now is read. Events later than five minutes after their arrival are not counted; the rest of the day
is for clocks that differ."""


class Planning:
    """Plans reads that leave out times of which nothing can be counted."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Plan by `clock`, which says now, with an offset."""
        self._clock = clock

    def reads(self, span: Span, freshness: Freshness, coarsest: Level = Level.DAY) -> list[Read]:
        """Plan what `span` needs: nothing before anything was counted, nor of a time that is far ahead.

        Neither has closed days, so a plan would read each of its minutes.
        """
        if freshness.closed is None:
            return []
        return plan(self.within(span), freshness.closed, coarsest)

    def within(self, span: Span) -> Span:
        """Return `span` up to where anything can be counted."""
        latest = Level.DAY.floor(self._clock().timestamp() + AHEAD_SECONDS) + Level.DAY.seconds
        return Span(span.start, min(span.end, latest))
