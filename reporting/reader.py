"""Reads what a plan asks for from the trends table: one query a range, several at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, NamedTuple, Protocol

from consumers.counts import BREAKDOWN_BUCKET, bucket_of
from consumers.schedule import Schedule
from consumers.tables import Level, TrendKey, list_key
from consumers.trends.errors import TrendsFormatError
from consumers.trends.hidden import Hidden
from consumers.trends.item import BucketItem
from consumers.trends.state import LevelsState
from consumers.views.lists.item import decode_list
from consumers.views.lists.top_list import TopList
from consumers.views.windows import Window
from reporting.plan import Closed, Range, Read, ranges

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

Buckets = Callable[[int], Iterable[int]]
"""The numbers of the buckets wanted of the item that starts at a time (epoch seconds)."""


class Table(Protocol):
    """What is needed of a `consumers.trends.table.TrendsTable`."""

    def state(self, *, consistent: bool = True) -> LevelsState | None:
        """Return how far the levels are summed, or None before anything was."""

    def hidden(self) -> Hidden:
        """Return the values that are not to be shown."""

    def query(self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False) -> list[BucketItem]:
        """Return one bucket of the level's items from `start` up to but not including `end`."""

    def item(self, key: TrendKey) -> "Mapping[str, AttributeValueTypeDef] | None":
        """Return the item with this key, or None where there is none."""


class Freshness(NamedTuple):
    """What the levels state says."""

    as_of: int | None
    """Newest arrival applied, epoch milliseconds; None while there is none."""
    closed: Closed | None
    """What is answered from hour and day items; None before anything was counted."""
    applied_at: int | None = None
    """When the newest arrival was applied, epoch milliseconds; None where that is not known."""


class Tally(NamedTuple):
    """How much was read."""

    items: int
    size: int
    """Of their counts as stored, in bytes."""


class TrendsReader:
    """Trend items by what is asked of them, whatever their buckets and partitions.

    Reads are eventually consistent, which costs half, but for those that a plan wants otherwise. Not thread-safe:
    one request at a time, as Lambda gives them.
    """

    def __init__(
        self, table: Table, schedule: Schedule, pool: Executor, unread: Callable[[TrendsFormatError], object]
    ) -> None:
        """Read from `table`; queries of one question run in `pool`, `unread` is told of a list that is damaged."""
        self._table = table
        self._schedule = schedule
        self._pool = pool
        self._unread = unread
        self._tally = Tally(0, 0)

    def take_tally(self) -> Tally:
        """Return what was read since the last time."""
        tally, self._tally = self._tally, Tally(0, 0)
        return tally

    def add_to_tally(self, items: int, size: int) -> None:
        """Count what was read of the table by others than this."""
        self._tally = Tally(self._tally.items + items, self._tally.size + size)

    def freshness(self) -> Freshness:
        """Return how fresh the trends are and what is closed; read it before the items it is about."""
        state = self._table.state(consistent=False)
        if state is None:
            return Freshness(None, None)
        return Freshness(state.newest_arrival_ms, Closed(state.closed, state.day_closed), state.applied_at_ms)

    def top_list(self, window: Window, end: int) -> TopList | None:
        """Return the top list of the window up to `end` (epoch seconds) as it is in the table.

        Returns:
            None where there is none that this code can read: the next that is made takes its place.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        item = self._table.item(list_key(window, end))
        if item is None:
            return None
        try:
            listed = decode_list(window, end, item)
        except TrendsFormatError as error:
            self._unread(error)
            return None
        if listed is not None:
            self.add_to_tally(1, len(bytes(item["c"]["B"])))
        return listed

    def hidden(self) -> Hidden:
        """Return the values that no answer shows, as they are now: read it with every request.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsError: a hide-list that can't be read.
        """
        return self._table.hidden()

    def read(self, reads: Iterable[Read], buckets: Buckets) -> Iterator[BucketItem]:
        """Yield the items of `reads` in `buckets`, as they come.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsError: an item that can't be read.
        """
        for items in self._pool.map(self._query, ranges(reads, buckets)):
            size = sum(len(item.packed) for item in items)
            self.add_to_tally(len(items), size)
            while items:  # an item holds its counts once they are used: keep none longer than needed
                yield items.pop()

    def all_buckets(self, start: int) -> Iterable[int]:
        """Return the buckets of all dimensions."""
        return range(1 + self._schedule.buckets_at(start))

    def buckets_of(self, dimension: str) -> Buckets:
        """Return the buckets that hold the values of a dimension."""
        if dimension == "hashtag":
            return lambda start: range(1, 1 + self._schedule.buckets_at(start))
        return lambda _: (BREAKDOWN_BUCKET,)

    def buckets_of_values(self, dimension: str, values: Iterable[str]) -> Buckets:
        """Return the buckets that hold these values."""
        wanted = tuple(values)
        return lambda start: {bucket_of(dimension, value, self._schedule.buckets_at(start)) for value in wanted}

    def _query(self, wanted: Range) -> list[BucketItem]:
        level, bucket, start, end, consistent = wanted
        return self._table.query(level, bucket, start, end, consistent=consistent)
