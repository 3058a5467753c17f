"""What the reporting API answers: a module a question, each from the trends items it needs, and no more."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from reporting.live_lists import LiveLists
from reporting.queries.compare import CompareQuery
from reporting.queries.health import HealthQuery
from reporting.queries.planning import Planning
from reporting.queries.search import Index, SearchQuery
from reporting.queries.series import SeriesQuery
from reporting.queries.summary import SummaryQuery
from reporting.queries.trends import TrendsQuery
from reporting.queries.value import ValueQuery
from reporting.queries.value_counts import Strips, ValueCounts
from reporting.queries.window_counts import WindowCounts
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings

__all__ = ["Queries"]


class Queries:
    """Answers each route's question. Times are read from a clock that is passed in."""

    def __init__(
        self,
        reader: TrendsReader,
        index: Index,
        strips: Strips,
        recent: RecentRankings,
        clock: Callable[[], datetime],
    ) -> None:
        """Answer from what `reader`, `index` and `strips` read; `clock` says now, with an offset."""
        planning = Planning(clock)
        values = ValueCounts(reader, strips, planning)
        counts = WindowCounts(reader, planning)
        lists = LiveLists(reader, clock)
        self.trends: Final = TrendsQuery(reader, lists, counts, recent, clock)
        self.search: Final = SearchQuery(reader, index, lists, counts, clock)
        self.value: Final = ValueQuery(reader, self.trends, values, clock)
        self.compare: Final = CompareQuery(reader, values, clock)
        self.series: Final = SeriesQuery(reader, values, clock)
        self.summary: Final = SummaryQuery(reader, lists, counts, clock)
        self.health: Final = HealthQuery(reader, lists, clock)
