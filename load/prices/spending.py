"""What a load costs while it lasts: so much an hour, and so much an event.

A stack's shards and metrics are paid for whatever is sent. All else follows the events, storage too: what an event adds
to the tables is paid for until it expires.
"""

from typing import Final, NamedTuple

from load.prices.cost import Cost
from load.prices.usage import SECONDS_A_MONTH

BY_TIME: Final = frozenset(
    {"stream, shards", "stream, on demand", "tables, write capacity", "tables, read capacity", "metrics"}
)
"""Items of a bill (`load.prices.cost`) that time makes, not events."""


class Spending(NamedTuple):
    """Dollars."""

    a_second: float
    an_event: float

    def of(self, seconds: float, events: float) -> float:
        """Return the dollars for a time in which so many events were sent."""
        return self.a_second * seconds + self.an_event * events


def spending(bill: Cost, counted: float = 1.0) -> Spending:
    """Return how a month's bill comes about, at any other number of events too: as a first approximation.

    Of the events that are sent, a part (0 to 1) is `counted`: the bill is by these.
    A batch costs less for each event the more events it has, so a rate below the bill's costs more an event.
    """
    by_time = sum(item.dollars for item in bill.items if item.name in BY_TIME)
    return Spending(by_time / SECONDS_A_MONTH, (bill.month - by_time) / bill.events * counted if bill.events else 0.0)
