"""What each question reads and how long it takes, with 10,000, a million and ten million events.

Along history, at one rate, what is read must not grow with the number of events. In one day ever more of them are
denser: counts get more digits and minutes more values, so what is read grows slowly there, within fixed bounds.
"""

import gc
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean
from time import thread_time
from typing import Any, Final, NamedTuple

from consumers.counts import Counts
from consumers.schedule import DAY
from consumers.tables import Level
from consumers.trends.table import TrendsTable
from consumers.views.search.reader import SearchReader
from consumers.views.strips.table import StripsTable
from reporting.queries import Queries
from reporting.ranking import Sort
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.windows import Window
from simulation.services.table import Table as Items
from tests.benchmarks.options import Options
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Bound, Column, Report, Table
from tests.benchmarks.reporting.latency import TimedDynamoDB, Together
from tests.benchmarks.reporting.loading import ASKED, HASHTAGS, SCHEDULE, TRENDS, hashtag, history, load

ALONG: Final = (10_000, 1_000_000, 4_000_000, 10_000_000)
"""Half an hour, two days, eight, which is more than any question but that by day looks back at, and twenty."""
DENSE: Final = (10_000, 1_000_000, 10_000_000)
TIMES: Final = 100
"""How often each question is asked, of other values each time."""

MOST_SERIES: Final = 64
MOST_APART, MOST_SLOWER = 1.1, 1.5

NOW: Final = datetime.fromtimestamp(ASKED, UTC)
DAY_AGO: Final = NOW - timedelta(hours=24)

Question = Callable[[Queries, Random], Any]


class Cost(NamedTuple):
    """What a question costs."""

    items: float
    size: float
    units: float
    """On average."""
    most_units: float
    p99: float
    """Seconds: calls of DynamoDB, and CPU."""


def _value(random: Random) -> str:
    """Draw a hashtag, rare ones as likely as frequent ones of the same number of digits."""
    return hashtag(int(HASHTAGS ** random.random()) - 1)


def _list(window: Window, sort: Sort) -> Question:
    return lambda queries, _: queries.trends("hashtag", window, 100, None, None, sort=sort)


LISTS: Final[dict[str, Question]] = {
    "trends, 5m": _list(Window.FIVE_MINUTES, Sort.COUNT),
    "trends, 1h": _list(Window.HOUR, Sort.COUNT),
    "trends, 24h": _list(Window.DAY, Sort.COUNT),
    "trends, 24h, by rise": _list(Window.DAY, Sort.RISE),
}
SERIES: Final[dict[str, Question]] = {
    "series, 24 h by minute": lambda queries, random: queries.series(
        "hashtag", _value(random), Level.MINUTE, DAY_AGO, None
    ),
    "series, 7 days by hour": lambda queries, random: queries.series(
        "hashtag", _value(random), Level.HOUR, NOW - timedelta(days=7), None
    ),
    "series, 30 days by day": lambda queries, random: queries.series("hashtag", _value(random), Level.DAY, None, None),
}
OTHERS: Final[dict[str, Question]] = {
    "value": lambda queries, random: queries.value("hashtag", _value(random)),
    "search": lambda queries, random: queries.search("hashtag", _value(random)[:2], 20),
    "compare, 10 by 60 minutes": lambda queries, random: queries.compare(
        "hashtag", list({_value(random): None for _ in range(10)}), Level.MINUTE, None, None
    ),
    "summary, 24h": lambda queries, _: queries.summary(Window.DAY, None),
    "health": lambda queries, _: queries.health(),
}
QUESTIONS: Final = LISTS | SERIES | OTHERS
MOST_UNITS: Final = dict.fromkeys(LISTS, 16) | {
    "series, 24 h by minute": MOST_SERIES,
    "series, 7 days by hour": 24,
    "series, 30 days by day": 24,
    "value": 36,
    "search": 12,
    "compare, 10 by 60 minutes": 48,
    "summary, 24h": 16,
    "health": 8,
}
"""Read units of one answer, whatever its values and however dense the events."""
LONGER: Final = frozenset(("series, 7 days by hour", "value"))
"""Questions about seven days: those are compared between tables that have as much."""


Costs = dict[int, dict[str, Cost]]
"""By number of events and question."""


def measure(_: Options) -> Report:
    """Load each number of events, along history and in one day, and ask."""
    along: Costs = {}
    dense: Costs = {}
    with shown("Reporting", len(ALONG) + len(DENSE)) as progress:
        for events in ALONG:
            along[events] = costs_of(events, history(events), TIMES)
            progress(len(along))
        for events in DENSE:
            dense[events] = costs_of(events, DAY, TIMES)
            progress(len(along) + len(dense))
    return Report(
        f"What questions read and take: {TIMES} times each, of 20,000 hashtags",
        [
            Table("history", "At 5.8 events a second, as far back as they reach", _COLUMNS, _rows(along)),
            Table("day", "All in one day", _COLUMNS, _rows(dense)),
        ],
        [*caps(along, "along history"), *apart(along), *caps(dense, "in one day")],
    )


class Loaded(NamedTuple):
    """A table with its views, and who answers from it."""

    tables: TimedDynamoDB
    queries: Queries
    counted: Counts
    """All events of the table."""


def costs_of(events: int, seconds: int, times: int) -> dict[str, Cost]:
    """Return what each question costs with so many events of the last `seconds`, asked so many times."""
    return costs(loaded(events, seconds), times)


def costs(over: Loaded, times: int) -> dict[str, Cost]:
    """Return what each question costs, asked so many times."""
    gc.freeze()  # else the collector walks through the whole table meanwhile, and the longer the larger that is
    try:
        return {name: _cost(over.tables, over.queries, question, times) for name, question in QUESTIONS.items()}
    finally:
        gc.unfreeze()


def loaded(events: int, seconds: int) -> Loaded:
    """Return a table with so many events of the last `seconds`."""
    tables = TimedDynamoDB({TRENDS: Items("bucket", "start", expiry="x")})
    pool = Together(tables)
    counted = load(tables, events, seconds, pool)
    client = tables.client()
    queries = Queries(
        TrendsReader(TrendsTable(client, TRENDS), SCHEDULE, pool, _refuse),
        SearchReader(client, TRENDS, _refuse, _refuse),
        StripsTable(client, TRENDS, _refuse, _refuse),
        RecentRankings(lambda: 0.0),
        lambda: NOW,
    )
    return Loaded(tables, queries, counted)


def caps(by_events: Costs, where: str) -> list[Bound]:
    """Return how many read units one answer may take."""
    return [
        Bound(
            f"read units {where}, {name}",
            max(each[name].most_units for each in by_events.values()),
            most=most,
            form=".1f",
        )
        for name, most in MOST_UNITS.items()
    ]


def apart(by_events: Costs) -> list[Bound]:
    """Return how far answers with the most events may be from those with fewer, either way but for the time."""
    *_, fewer, enough, more = sorted(by_events)
    found = []
    for name in QUESTIONS:
        first = enough if name in LONGER else fewer
        before, after = by_events[first][name], by_events[more][name]
        told = f"{more:,} events to {first:,}, {name}"
        for what, was, now in (
            ("items", before.items, after.items),
            ("bytes", before.size, after.size),
            ("read units", before.units, after.units),
        ):
            found.append(Bound(f"{what}, {told}", now / was, least=1 / MOST_APART, most=MOST_APART))
        found.append(Bound(f"99th percentile, {told}", after.p99 / before.p99, most=MOST_SLOWER))
    return found


def _cost(tables: TimedDynamoDB, queries: Queries, question: Question, times: int) -> Cost:
    random = Random(1)
    items, sizes, units, seconds = [], [], [], []
    for _ in range(times):
        tables.items = tables.size = 0
        read, begun, cpu = tables.usage[TRENDS].read, tables.now, thread_time()
        question(queries, random)
        seconds.append(tables.now - begun + thread_time() - cpu)
        items.append(tables.items)
        sizes.append(tables.size)
        units.append(tables.usage[TRENDS].read - read)
    return Cost(fmean(items), fmean(sizes), fmean(units), max(units), sorted(seconds)[math.ceil(0.99 * times) - 1])


_COLUMNS: Final = (
    Column("question", ""),
    Column("events", "events", ",d"),
    Column("items", "items", ".1f"),
    Column("size", "bytes", ",.0f"),
    Column("units", "read units", ".1f"),
    Column("most_units", "at most", ".1f"),
    Column("p99", "p99, ms", ".0f"),
)


def _rows(by_events: dict[int, dict[str, Cost]]) -> list[tuple[str | float, ...]]:
    return [
        (name, events, cost.items, cost.size, cost.units, cost.most_units, cost.p99 * 1_000)
        for name in QUESTIONS
        for events, cost in ((events, by_name[name]) for events, by_name in by_events.items())
    ]


def _refuse(told: object) -> None:
    raise AssertionError(f"nothing should have to be said: {told}")
