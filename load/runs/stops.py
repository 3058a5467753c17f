"""When a run ends by itself, before its time."""

from dataclasses import dataclass
from typing import Final

from load.measure.recorder import Totals
from load.prices.spending import Spending
from load.report.model import Ending

LEAST_EVENTS: Final = 100
"""Outcomes below which a rate of errors says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stops:
    """Limits of a run; none for no limit.

    Attributes:
        count: events to send.
        error_percent: of the events with an outcome, those that were given up.
        dollars: to spend, reckoned from what was sent.
        spending: what time and events cost, for `dollars`.
    """

    count: int | None = None
    error_percent: float | None = None
    dollars: float | None = None
    spending: Spending | None = None

    def ending(self, totals: Totals, *, seconds: float = 0.0, sent: float = 0.0) -> Ending | None:
        """Tell what ends the run, or nothing.

        Args:
            totals: of the measured time.
            seconds: since the run began, warm-up included.
            sent: events since then.
        """
        if self.count is not None and totals.sent >= self.count:
            return "count"
        if self.dollars is not None and self.spent(seconds, sent) >= self.dollars:
            return "cost"
        outcomes = totals.accepted + totals.failed
        if (
            self.error_percent is not None
            and outcomes >= LEAST_EVENTS
            and 100 * totals.failed > self.error_percent * outcomes
        ):
            return "errors"
        return None

    def spent(self, seconds: float, sent: float) -> float:
        """Return the dollars that were spent; 0 where nobody reckons them."""
        return 0.0 if self.spending is None else self.spending.of(seconds, sent)
