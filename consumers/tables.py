"""The tables' layout: every kind of item, its keys and attributes, in one place, for writers and readers alike.

**Pane log.** One kind of item. Attribute names are short, since DynamoDB bills them with every write.

segment (`consumers.pane_log.segment`)::

    address  S  partition key: `consumers.schedule.Address.key`, like ``1763717400+10#3/8``
    segment  N  sort key: the segment's number, 0, 1, 2 …
    v        N  format version
    w        B  the writer's nonce: tells one's own earlier put from another writer's
    f        B  fingerprints, 8 bytes each
    c        B  counts (`consumers.counts`)
    a        N  newest arrival among the segment's events, epoch milliseconds
    x        N  expiry, epoch seconds (time to live)

**Trends.** Counts, what rollup, the sweep, alerts and a rebuild remember, and views, which answers are read from.

bucket (`consumers.trends.item`): one bucket of a minute, an hour or a day; partitions hold an hour, a day and a month
of them::

    bucket   S  partition key: ``minute#2026-11-21T14#3``, ``hour#2026-11-21#3``, ``day#2026-11#3`` (last: the bucket)
    start    S  sort key: start in UTC, ``2026-11-21T14:05``, ``2026-11-21T14`` or ``2026-11-21``
    v        N  format version
    r        N  revision: each write is conditional on the one before
    e        B  the vector: how many segments of each address are in a minute's counts, or which revision of each
                part is in an hour's or a day's
    c        B  counts
    b        N  how many hashtag buckets the schedule had for its writer: another number now is an error
    n        N  how many parts follow it, where counts outgrow one item; else absent
    a        N  newest arrival among the counted events, epoch milliseconds; absent where there is none
    x        N  expiry, epoch seconds

part (`consumers.trends.item`): the counts that its bucket item has no room for::

    bucket   S  the bucket item's
    start    S  the bucket item's and the part's number from 1 on, ``2026-11-21T14:05#1``
    v        N  format version
    r        N  the bucket item's revision: another one shows a torn read
    c        B  counts
    x        N  expiry, epoch seconds

late item (`consumers.trends.late`): segments that came late for their minutes and wait until they are due::

    bucket   S  ``late#2026-11-21T14``: the hour of the segments' event time
    start    S  ``1763741760#5f0c…``: when they are due, epoch seconds in ten digits, and a digest of the content
    v        N  format version
    c        B  the segments' addresses, numbers, arrivals and counts: deflated JSON
    x        N  expiry, epoch seconds

levels state (`consumers.trends.state`): how far hours and days are summed, and late segments applied::

    bucket       S  ``rollup``
    start        S  ``levels``
    v            N  format version
    closing      N  epoch seconds: hours before it are being summed or are summed
    closed       N  epoch seconds: hours before it are summed; readers take them from hour items
    day_closing  N  likewise for days, which are sums of hours
    day_closed   N  likewise for days
    late_begun   N  late segments that were due until then are being applied or are applied; absent before the first
    late_done    N  likewise, are applied; absent where older code made the state
    a            N  newest arrival that was applied, epoch milliseconds; absent while there is none
    t            N  when it was applied, epoch milliseconds; absent where older code did

sweep cursor (`consumers.trends.table`): where the sweep goes on::

    bucket   S  ``rollup``
    start    S  ``sweep``
    v        N  format version
    hour     N  epoch seconds: the hour to check next

horizon (`consumers.trends.table`): for how long the pane log keeps segments, as the sweep has seen it::

    bucket   S  ``rollup``
    start    S  ``horizon``
    v        N  format version
    h        N  hours, as the functions are told
    s        N  hours for which the log surely has them
    f        N  epoch seconds from which on it has them for the former; 0 if it has them now

change note (`consumers.trends.notes`): how often each minute of an hour may have changed; all notes have one partition
key, so that the table's stream brings them by one shard::

    bucket   S  ``changed``
    start    S  ``2026-11-21T14``: the hour of event time
    v        N  format version
    m05      N  one for each minute that was written, m00 to m59: raised after each write of it and of the closed
                hours and days that hold it
    r05      N  the sum of the revisions of the minute's buckets that was told of so; 0 or absent if not all of it was
    x        N  expiry, epoch seconds: with the hour's minutes

view (`consumers.views`): a read model that can be made from the kinds above at any time. Each kind of view has these::

    v        N  format version
    n        N  the version it was made from: the sum of the change notes' numbers for its time
    a        N  newest arrival that is surely in it, epoch milliseconds; 0 if none was
    x        N  expiry, epoch seconds

It is put on condition that the table's has no higher n, nor with the same n a higher a.

top list (`consumers.views.lists.item`): a view; the values of all dimensions most used in a window, and those that rose
most::

    bucket   S  ``list#5m``, ``list#1h`` or ``list#24h``
    start    S  the window's end, ``2026-11-21T14:06``
    t        N  when its sources were read, epoch seconds
    c        B  totals and values: deflated JSON

alerts state (`consumers.alerts.state`): what alerts remember::

    bucket   S  ``alerts``
    start    S  ``state``
    v        N  format version
    r        N  revision: each write is conditional on the one before
    j        N  end of the newest window that was judged, epoch seconds
    s        B  alerts to publish, and values that are abnormal: deflated JSON
    x        N  expiry, epoch seconds

hide-list (`consumers.trends.hidden`): values of a dimension that are counted and not shown::

    bucket   S  ``hidden``
    start    S  the dimension
    v        N  format version
    h        SS  the values, as they are counted; absent where there is none

search directory (`consumers.views.search.item`): which nodes the newest generation of a day's search index has::

    bucket   S  ``search#directory``
    start    S  end of the day of counts, ``2026-11-21T14``
    v        N  format version of views
    n        N  version of the counts
    a        N  newest arrival that is surely among them, epoch milliseconds; 0 if none was
    g        S  the generation
    m        N  when it was made, epoch seconds
    c        B  where leaves begin and which prefixes have tops: deflated JSON
    x        N  expiry, epoch seconds

search node (`consumers.views.search.item`): values and counts of one leaf or top of a generation::

    bucket   S  ``search#1763717400-5f0c…``: the generation
    start    S  ``leaf#3`` or ``top#3``
    v        N  format version of views
    n        N  version of the counts
    a        N  newest arrival that is surely among them, epoch milliseconds; 0 if none was
    c        B  counts
    x        N  expiry, epoch seconds

strip (`consumers.views.strips`): some values' counts in each minute of a quarter of an hour or of an hour, in each hour
of a day, in each day of a month::

    bucket   S  ``strip#hour#2025-11-21T09#17``: the hour (or quarter, day, month) and the strip's number
    start    S  ``99``: how many strips the hour is cut into
    v        N  format version
    n        N  how often its parts had changed: each write is conditional on none newer being there
    a        N  newest arrival that is surely in it, epoch milliseconds; 0 if none was
    c        B  values and counts (`consumers.views.strips.codec`)
    x        N  expiry, epoch seconds

strip directory (`consumers.views.strips.directory`): of the quarters of an hour, the hours of a day, the days of a
month, the months of a year::

    bucket   S  ``strips#hour#2025-11-21``
    start    S  ``directory``
    v        N  format version
    n9       N  of the tenth hour: each write is conditional on a smaller number being there
    e9       B  likewise: how many strips, which of its minutes are in them, when and as which version they were written
    x        N  expiry, epoch seconds

rebuild run (`consumers.rebuild.journal`): in rebuilt tables alone, what they are made from::

    bucket      S  ``rebuild``
    start       S  ``run``
    v           N  format version
    archive     S  the archive's bucket
    schedule    S  the schedule, JSON
    dedup_days  N  the dedup horizon
    since       S  first arrival, ISO 8601

rebuilt hour (`consumers.rebuild.journal`): in rebuilt tables alone, what is folded of an hour of arrival::

    bucket   S  ``rebuild``
    start    S  ``2026-11-21T09``, or ``discarded`` for batches that were given up
    v        N  format version
    k        B  which objects are folded: hashes of their names, 8 bytes each
    h        S  the hours of event time that got something: epoch seconds with spaces between
"""

from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from consumers.schedule import DAY, HOUR, MINUTE, Address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


class Level(StrEnum):
    """The lengths of time over which trends are kept; each is the sum of the one before."""

    seconds: int
    """Length of one minute, hour or day."""

    MINUTE = "minute", MINUTE
    HOUR = "hour", HOUR
    DAY = "day", DAY

    def __new__(cls, name: str, seconds: int = 0) -> Self:  # type checkers take Level("hour"), a look-up, for this
        """Make a level that is the text `name`."""
        level = str.__new__(cls, name)
        level._value_ = name
        level.seconds = seconds
        return level

    __hash__ = str.__hash__  # an Enum's is slower, and not that of the text that it is equal to

    def floor(self, when: float) -> int:
        """Return the start (epoch seconds) of the minute, hour or UTC day that holds `when`."""
        return int(when // self.seconds) * self.seconds


_PARTITION_FORMATS: Final = {Level.MINUTE: "%Y-%m-%dT%H", Level.HOUR: "%Y-%m-%d", Level.DAY: "%Y-%m"}
_START_FORMATS: Final = {Level.MINUTE: "%Y-%m-%dT%H:%M", Level.HOUR: "%Y-%m-%dT%H", Level.DAY: "%Y-%m-%d"}


class TrendKey(NamedTuple):
    """Key of one trends item."""

    bucket: str
    start: str

    @property
    def attributes(self) -> "dict[str, AttributeValueTypeDef]":
        """The key as DynamoDB's low-level client takes it."""
        return {"bucket": {"S": self.bucket}, "start": {"S": self.start}}

    @classmethod
    def of(cls, item: "Mapping[str, Any]") -> "TrendKey":
        """Return the key of a low-level item.

        Raises:
            KeyError: it has none.
        """
        return cls(item["bucket"]["S"], item["start"]["S"])

    @property
    def number(self) -> int:
        """The number of the bucket.

        Raises:
            ValueError: the key is none of a bucket.
        """
        return int(self.bucket.rpartition("#")[2])

    def part(self, number: int) -> "TrendKey":
        """Return the key of a part of this item, from 1 on; it sorts after this item and before the next."""
        return TrendKey(self.bucket, f"{self.start}#{number}")


def is_part(start: str) -> bool:
    """Tell whether the item with this sort key is a part of another."""
    return "#" in start


LEVELS_STATE: Final = TrendKey("rollup", "levels")
SWEEP_CURSOR: Final = TrendKey("rollup", "sweep")
HORIZON: Final = TrendKey("rollup", "horizon")
ALERTS_STATE: Final = TrendKey("alerts", "state")
HIDDEN_PARTITION: Final = "hidden"
REBUILD_RUN: Final = TrendKey("rebuild", "run")
CHANGED: Final = "changed"
"""Partition key of all change notes."""


def hidden_key(dimension: str) -> TrendKey:
    """Return the key of a dimension's hide-list."""
    return TrendKey(HIDDEN_PARTITION, dimension)


def search_directory_key(end: int) -> TrendKey:
    """Return the key of the directory of the search index over the day up to `end`, a whole hour in epoch seconds.

    >>> search_directory_key(1763719200)
    TrendKey(bucket='search#directory', start='2025-11-21T10')
    """
    return TrendKey("search#directory", datetime.fromtimestamp(end, UTC).strftime(_START_FORMATS[Level.HOUR]))


def search_node_key(generation: str, kind: str, number: int) -> TrendKey:
    """Return the key of a node, a ``leaf`` or ``top``, of a generation of the search index."""
    return TrendKey(f"search#{generation}", f"{kind}#{number}")


def rebuilt_hour_key(hour: str) -> TrendKey:
    """Return the key of what is rebuilt of an hour of arrival, like ``2026-11-21T09``."""
    return TrendKey(REBUILD_RUN.bucket, hour)


def segment_key(address: Address, number: int) -> "dict[str, AttributeValueTypeDef]":
    """Return the key of a segment as DynamoDB's low-level client takes it.

    >>> segment_key(Address(1763717400, 10, 3, 8), 0)
    {'address': {'S': '1763717400+10#3/8'}, 'segment': {'N': '0'}}
    """
    return {"address": {"S": address.key}, "segment": {"N": str(number)}}


def place_of(item: "Mapping[str, Any]") -> tuple[Address, int]:
    """Return the address and the number of a low-level segment item.

    Raises:
        KeyError, ValueError: the item is no segment.
    """
    return Address.parse(item["address"]["S"]), int(item["segment"]["N"])


KEYS_REMEMBERED: Final = 4_096
"""Of those made last: the keys of the same minutes are made again and again, and a date is slow to write or read."""


@lru_cache(KEYS_REMEMBERED)
def trend_key(level: Level, start: int, bucket: int) -> TrendKey:
    """Return the key of bucket number `bucket` of the minute, hour or day that starts at `start`.

    >>> trend_key(Level.MINUTE, 1763717400, 3)
    TrendKey(bucket='minute#2025-11-21T09#3', start='2025-11-21T09:30')
    """
    time = datetime.fromtimestamp(start, UTC)
    return TrendKey(
        f"{level}#{time.strftime(_PARTITION_FORMATS[level])}#{bucket}", time.strftime(_START_FORMATS[level])
    )


def late_key(hour: int, due: int, digest: str = "") -> TrendKey:
    """Return the key of a late item; without `digest` it sorts before those that are due then.

    >>> late_key(1763715600, 1763741760, "5f0c")
    TrendKey(bucket='late#2025-11-21T09', start='1763741760#5f0c')
    """
    return TrendKey(_late_partition(hour), f"{due:010}#{digest}")


@lru_cache(KEYS_REMEMBERED)
def _late_partition(hour: int) -> str:
    return f"late#{datetime.fromtimestamp(hour, UTC):%Y-%m-%dT%H}"


@lru_cache(KEYS_REMEMBERED)
def change_key(hour: int) -> TrendKey:
    """Return the key of the change note of an hour (epoch seconds).

    >>> change_key(1763715600)
    TrendKey(bucket='changed', start='2025-11-21T09')
    """
    return TrendKey(CHANGED, datetime.fromtimestamp(hour, UTC).strftime(_START_FORMATS[Level.HOUR]))


def list_key(window: str, end: int) -> TrendKey:
    """Return the key of the top list of a window, by its name and its end (epoch seconds, a whole minute).

    >>> list_key("1h", 1763717460)
    TrendKey(bucket='list#1h', start='2025-11-21T09:31')
    """
    return TrendKey(f"list#{window}", datetime.fromtimestamp(end, UTC).strftime(_START_FORMATS[Level.MINUTE]))


def strip_key(frame: str, start: str, number: int, strips: int) -> TrendKey:
    """Return the key of one of so many strips of the frame that starts at `start`.

    >>> strip_key("hour", "2025-11-21T09", 17, 99)
    TrendKey(bucket='strip#hour#2025-11-21T09#17', start='99')
    """
    return TrendKey(f"strip#{frame}#{start}#{number}", str(strips))


def strip_directory_key(frame: str, start: str) -> TrendKey:
    """Return the key of the directory of the strips of frames.

    >>> strip_directory_key("hour", "2025-11-21")
    TrendKey(bucket='strips#hour#2025-11-21', start='directory')
    """
    return TrendKey(f"strips#{frame}#{start}", "directory")


@lru_cache(KEYS_REMEMBERED)
def start_of(level: Level, start: str) -> int:
    """Read the sort key of an item of `level` back into epoch seconds."""
    return int(datetime.strptime(start, _START_FORMATS[level]).replace(tzinfo=UTC).timestamp())
