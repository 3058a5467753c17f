"""When a run ends by itself, before its time."""

from dataclasses import dataclass
from typing import Final

from load.measure.recorder import Totals
from load.report.model import Ending

LEAST_EVENTS: Final = 100
"""Outcomes below which a rate of errors says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stops:
    """Limits of a run; none for no limit.

    Attributes:
        count: events to send.
        error_percent: of the events with an outcome, those that were given up.
    """

    count: int | None = None
    error_percent: float | None = None

    def ending(self, totals: Totals) -> Ending | None:
        """Tell what ends the run, or nothing."""
        if self.count is not None and totals.sent >= self.count:
            return "count"
        outcomes = totals.accepted + totals.failed
        if (
            self.error_percent is not None
            and outcomes >= LEAST_EVENTS
            and 100 * totals.failed > self.error_percent * outcomes
        ):
            return "errors"
        return None
