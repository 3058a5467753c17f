"""A trends table in memory, and queries that read it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS, Counts, empty
from consumers.schedule import Schedule
from consumers.tables import Level, TrendKey
from consumers.trends.hidden import Hidden
from consumers.trends.item import AttributeMap, BucketItem
from consumers.trends.loading import bucket_items
from consumers.trends.notes import Versions
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState
from consumers.views.lists.view import TopLists
from consumers.views.memory import Change, Memory
from consumers.views.search.item import Generation
from consumers.views.search.nodes import Nodes
from consumers.views.search.reader import Found
from consumers.views.store import Made
from consumers.views.strips.codec import Strip
from consumers.views.strips.directory import Entry, Place
from consumers.views.strips.table import StripAt
from reporting.plan import Closed
from reporting.queries import Queries
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.windows import Window

HOUR, DAY = 3_600, 86_400
MIDNIGHT = 1_777_420_800  # 2026-04-29T00:00:00Z
NOW = datetime(2026, 4, 29, 12, 34, 56, tzinfo=UTC)
EPOCH_NOW = int(NOW.timestamp())
ARRIVED = EPOCH_NOW * 1_000 - 2_500

SCHEDULE = Schedule.parse(
    """[
      {"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 1, "buckets": 2},
      {"from": "2026-04-29T00:00:00Z", "seconds": 10, "groups": 1, "buckets": 3}
    ]"""
)
RETENTION = Retention.beyond(7)


class Event(NamedTuple):
    at: int
    kind: str
    lang: str
    hashtags: tuple[str, ...]

    def values(self, dimension: str) -> tuple[str, ...]:
        values = {"kind": (self.kind,), "lang": (self.lang,), "platform": ("demo",), "hashtag": self.hashtags}
        return values[dimension]


events = st.lists(
    st.builds(
        Event,
        st.one_of([st.integers(EPOCH_NOW - before, EPOCH_NOW + 300) for before in (300, HOUR, 30 * HOUR, 3 * DAY)]),
        st.sampled_from(["post", "reply", "repost", "like"]),
        st.sampled_from(["en", "ja", "und"]),
        st.lists(st.sampled_from(["a", "b/c", "café", "d e", "%41"]), max_size=2, unique=True).map(tuple),
    ),
    min_size=5,
    max_size=40,
)
some = settings(max_examples=40, deadline=None)  # an example builds and reads a whole table

marks = st.tuples(st.integers(0, 13), st.integers(0, 1)).map(
    lambda back: Closed(MIDNIGHT + 12 * HOUR - back[0] * HOUR, MIDNIGHT - back[1] * DAY)
)


class InOneThread(Executor):
    """Runs what it is given at once."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as Executor has it
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Shelf:
    """A trends table in memory, as rollup leaves it: items that are not closed yet hold a part of their counts."""

    def __init__(self, given_events: list[Event], closed: Closed, *, counted: bool = True) -> None:
        self.closed = closed
        self.counted = counted
        self.items: dict[tuple[Level, int, int], BucketItem] = {}
        self.views: dict[TrendKey, AttributeMap] = {}
        self.asked: list[tuple[Level, int, bool]] = []
        self.hide: dict[str, set[str]] = {}
        """Values that are hidden, by dimension."""
        self.indexes: dict[int, tuple[Generation, Nodes]] = {}
        """Search indexes by the end of their day."""
        self.searched: list[int] = []
        self.unread: list[Exception] = []
        """What was told of lists that can't be read."""
        for level in Level:
            counts: dict[int, Counts] = {}
            for event in given_events:
                start = level.floor(event.at)
                until = {Level.MINUTE: start + 1, Level.HOUR: closed.hour, Level.DAY: closed.day}[level]
                if start < until or event.kind == "like":
                    into = counts.setdefault(start, empty())
                    for dimension in DIMENSIONS:
                        for value in event.values(dimension):
                            into[dimension][value] = into[dimension].get(value, 0) + 1
            for start, total in counts.items():
                for item in bucket_items(level, start, total, schedule=SCHEDULE, retention=RETENTION):
                    self.items[level, start, item.bucket] = item

    def state(self, *, consistent: bool = True) -> LevelsState | None:
        assert not consistent
        if not self.counted:
            return None
        return LevelsState(
            self.closed.hour, self.closed.hour, self.closed.day, self.closed.day, ARRIVED, applied_at_ms=ARRIVED + 1_500
        )

    def hidden(self) -> Hidden:
        return {dimension: frozenset(self.hide.get(dimension, ())) for dimension in DIMENSIONS}

    def find(self, prefix: str, end: int) -> Found | None:
        self.searched.append(end)
        index = self.indexes.get(end)
        if index is None:
            return None
        generation, nodes = index
        touched = nodes.directory.touched(prefix)
        read = [nodes.leaves[leaf] for leaf in touched.leaves] if touched.top is None else [nodes.tops[touched.top]]
        entries = {value: count for node in read for value, count in node.items() if value.startswith(prefix)}
        return Found(generation, entries, complete=touched.top is None)

    def item(self, key: TrendKey) -> AttributeMap | None:
        return self.views.get(key)

    def keep_lists(self) -> None:
        """Put what the views function makes of the same counts."""
        TopLists(self).refresh(self._change())

    def put(self, key: TrendKey, attributes: AttributeMap, made: Made, expires_at: int) -> bool:
        numbers = {"v": 1, "n": made.version, "a": made.as_of, "x": expires_at}
        self.views[key] = {**key.attributes, **attributes, **{name: {"N": str(of)} for name, of in numbers.items()}}
        return True

    def changes(self, first: int, last: int) -> dict[int, Versions]:
        del first, last
        return {}

    def _change(self) -> Change:
        memory = Memory(self, SCHEDULE, InOneThread())
        state = self.state(consistent=False)
        assert state is not None
        return Change(memory, EPOCH_NOW, state, hours=frozenset(), noted={}, time_left=lambda: 300.0)

    def query(self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False) -> list[BucketItem]:
        self.asked.append((level, bucket, consistent))
        times = range(start, end, level.seconds)
        return [self.items[level, time, bucket] for time in times if (level, time, bucket) in self.items]

    def entries(self, _directories: Iterable[Place], *, consistent: bool = False) -> dict[Place, Entry]:
        """Return nothing: no strips have been made, so all is read from items."""
        assert not consistent
        return {}

    def strips(self, _wanted: Mapping[StripAt, int]) -> dict[StripAt, tuple[Strip, int]]:
        """Refuse: no directory has promised any."""
        raise AssertionError("no directory has promised any strips")


def queries_of(shelf: Shelf, clock: Callable[[], datetime] = lambda: NOW) -> Queries:
    reader = TrendsReader(shelf, SCHEDULE, InOneThread(), shelf.unread.append)
    return Queries(reader, shelf, shelf, RecentRankings(lambda: 0.0), clock)


def plain_count(given_events: list[Event], dimension: str, start: str, end: str) -> Counter[str]:
    begins, ends = (int(datetime.fromisoformat(time).timestamp()) for time in (start, end))
    return Counter(value for event in given_events if begins <= event.at < ends for value in event.values(dimension))


windows = st.tuples(
    st.sampled_from(Window),
    st.none() | st.integers(-2 * DAY, 600).map(lambda offset: NOW + timedelta(seconds=offset)),
)
