"""The tables as weeks at the same rate have left them, made where they are touched.

All minutes of the past are one of a few that were drawn, so that their bytes are in memory once; their sizes are those
of real ones. Late segments that are due in the time to come are drawn as they would have been kept.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from consumers import counts as counting
from consumers.counts import Counts
from consumers.pane_log import segment as segments
from consumers.pane_log.fold import ValidEvent, count
from consumers.pane_log.segment import Segment
from consumers.rollup import lateness
from consumers.schedule import DAY, HOUR, MINUTE, Address, Schedule
from consumers.tables import CHANGED, Level, change_key, strip_directory_key
from consumers.trends.item import BucketItem, encode_item
from consumers.trends.late import LateSegment, encode_late
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState
from consumers.views.strips.directory import Entry, Place, attributes_of
from consumers.views.strips.frame import Frame
from consumers.views.strips.planning import available, patience
from simulation.services.expressions import Item
from simulation.services.table import Key, Table
from tests.benchmarks.units.workload import Workload

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


MINUTES_DRAWN: Final = 60
SEGMENTS_AN_ADDRESS: Final = 2
STRIPS: Final = {Frame.QUARTER: 40, Frame.HOUR: 95, Frame.DAY: 25, Frame.MONTH: 25}
REVISION: Final = 13
"""Of a full minute at a batch each five seconds; of an hour or a day it might be any."""

LOG, TRENDS = "pane-log", "trends"
KEYS: Final = {LOG: ("address", "segment"), TRENDS: ("bucket", "start")}


class PastTable(Table):
    """A table whose partitions get their past when they are first touched."""

    def __init__(
        self, name: str, past: "Callable[[str, str], Iterable[Mapping[str, Any]]]", *, streams: bool = False
    ) -> None:
        """Make the table called `name`; `past` says what a partition of it holds."""
        super().__init__(*KEYS[name], streams=streams)
        self._name = name
        self._past = past
        self._begun: set[str] = set()

    def write(self, key: Key, item: Item | None, *, by_expiry: bool = False) -> None:
        """Write, as the table does."""
        self.begin(key[0])
        super().write(key, item, by_expiry=by_expiry)

    def read(self, key: Key, lag: int) -> Item | None:
        """Read, as the table does."""
        self.begin(key[0])
        return super().read(key, lag)

    def partition(self, partition_key: Any, lag: int) -> list[tuple[Key, Item]]:  # noqa: ANN401 - a text here
        """Return a partition, as the table does."""
        self.begin(partition_key)
        return super().partition(partition_key, lag)

    def __getitem__(self, key: Key) -> Item:
        """Return an item."""
        self.begin(key[0])
        return super().__getitem__(key)

    def begin(self, partition: str) -> None:
        """Make the past of a partition."""
        if partition not in self._begun:
            self._begun.add(partition)
            for item in self._past(self._name, partition):
                self[self.key_of(item)] = dict(item)


class Past:
    """What the tables hold of all time before `now` (epoch seconds, a whole hour)."""

    def __init__(self, now: int, workload: Workload, schedule: Schedule, retention: Retention) -> None:
        """Draw some minutes from `workload`."""
        self._now = now
        self._workload = workload
        self._schedule = schedule
        self._retention = retention
        drawn = [workload.counts(workload.rate * MINUTE) for _ in range(MINUTES_DRAWN)]
        hour = _sum(drawn, HOUR // MINUTE // MINUTES_DRAWN)
        buckets = schedule.buckets_at(now)
        self._packed = {
            Level.MINUTE: [[counting.encode(part) for part in counting.split(each, buckets)] for each in drawn],
            Level.HOUR: [[counting.encode(part) for part in counting.split(hour, buckets)]],
            Level.DAY: [[counting.encode(part) for part in counting.split(_sum([hour], DAY // HOUR), buckets)]],
        }
        entry = schedule.at(now)
        events = max(workload.rate * MINUTE // entry.addresses_a_minute // SEGMENTS_AN_ADDRESS, 1)
        self._fingerprints = workload.random.randbytes(8 * events)
        self._counts = workload.counts(events)

    def __call__(self, table: str, partition: str) -> "Iterator[Mapping[str, Any]]":
        """Yield what a partition holds."""
        if table == LOG:
            yield from self._segments(Address.parse(partition))
            return
        level, _, rest = partition.partition("#")
        if partition == CHANGED:
            yield from self._notes()
        if level == "strips":
            frame, period = rest.split("#")
            yield from self._directory(Frame(frame), period)
        if level in set(Level):
            yield from self._buckets(Level(level), *rest.split("#"))

    def keep_late(self, log: Table, trends: Table, until: int, batch_seconds: float) -> int:
        """Store the late segments that have come before and are due from now to `until`; return how many."""
        kept: dict[tuple[int, int, int], list[LateSegment]] = defaultdict(list)
        numbers: dict[Address, int] = defaultdict(lambda: SEGMENTS_AN_ADDRESS)
        for event in sorted(self._late_events(), key=lambda event: event.arrived_ms):
            arrived = event.arrived_ms / 1_000
            address = self._schedule.address(event.created, event.author)
            due = lateness.due(address.minute, arrived)
            on_time = arrived < address.minute + MINUTE + lateness.LATE_SECONDS
            if on_time or not self._now < due <= until:
                continue
            late = LateSegment(address, numbers[address], count([event]), event.arrived_ms)
            numbers[address] += 1
            hour = Level.HOUR.floor(address.minute)
            kept[hour, due, int(arrived // batch_seconds)].append(late)
            _load(log, segments.encode(self._segment(address, late.number, b"12345678", late.counts)))
        for (hour, due, _), some in kept.items():
            for item in encode_late(hour, due, some):
                _load(trends, item)
        return sum(map(len, kept.values()))

    def _late_events(self) -> Iterator[ValidEvent]:
        """Yield late events that have come before and are due within an hour.

        An hour is as any other, so these are the late events that come in the next one, and as many hours earlier as
        makes them due within it.
        """
        workload = self._workload
        for event in workload.events(int(workload.rate * workload.late * HOUR)):
            arrived = self._now + workload.random.random() * HOUR
            late = workload.dated(event, arrived, late=True)
            earlier = (lateness.due(int(late.created // MINUTE) * MINUTE, arrived) - self._now) // HOUR * HOUR
            if earlier:
                yield late._replace(created=late.created - earlier, arrived_ms=late.arrived_ms - 1_000 * earlier)

    def _directory(self, frame: Frame, period: str) -> "Iterator[Mapping[str, Any]]":
        """Yield a directory whose strips have all that they can have, but for what waits to be corrected.

        Where events are late, a whole quarter of the open hour lacks a minute, for half as long as it is left like
        that, and closed hours lack all of theirs for as long as `_waiting` says.
        """
        closed, day_closed = self._now - HOUR, Level.DAY.floor(self._now)
        state = LevelsState(closed, closed, day_closed, day_closed)
        waiting = self._waiting() if frame is Frame.HOUR and self._workload.late else {}
        start = _epoch(period, _DIRECTORIES[frame])
        directory = Place(frame, start).directory
        attributes: dict[str, Any] = {}
        while start < self._now and (place := Place(frame, start)).directory == directory:
            start = place.end
            parts, since = available(place, self._now, state), 0
            if frame is Frame.QUARTER and place.end == self._now:
                since = place.start + 2 * int(patience(place, self._now))
                parts = available(place, since, state)
            elif frame is Frame.QUARTER and self._workload.late:
                parts, since = parts - 1, self._now - int(patience(place, self._now) / 2)
            elif place.start in waiting:
                parts, since = 0, waiting[place.start]
            if parts or since:
                version = REVISION * frame.parts(place.start) if frame.part is Level.MINUTE else REVISION
                attributes |= attributes_of(place, Entry(STRIPS[frame], version, parts, since, version))
        if attributes:
            yield {**strip_directory_key(frame, period).attributes, **attributes, "v": {"N": "1"}}

    def _waiting(self) -> dict[int, int]:
        """Return the closed hours whose strips wait for their correction, and since when: late events were due then."""
        since: dict[int, int] = {}
        for at in range(self._now - DAY, self._now, MINUTE):
            for hour in lateness.hours_due(at - MINUTE, at, self._now - 8 * DAY):
                place = Place(Frame.HOUR, hour)
                if at - since.get(hour, 0) >= patience(place, at):
                    since[hour] = at
        closed = self._now - HOUR
        return {
            hour: begun
            for hour, begun in since.items()
            if hour + HOUR <= closed and self._now - begun < patience(Place(Frame.HOUR, hour), self._now)
        }

    def _notes(self) -> "Iterator[Mapping[str, Any]]":
        """Yield a change note for each hour whose minutes are kept."""
        numbers = {f"m{minute:02}": {"N": str(REVISION)} for minute in range(HOUR // MINUTE)}
        for hour in range(self._now - self._retention.seconds(Level.MINUTE), self._now, HOUR):
            yield {**change_key(hour).attributes, **numbers, "v": {"N": "1"}}

    def _segments(self, address: Address) -> "Iterator[Mapping[str, Any]]":
        if address.pane < self._now:
            for number in range(SEGMENTS_AN_ADDRESS):
                yield segments.encode(self._segment(address, number, self._fingerprints, self._counts))

    def _segment(self, address: Address, number: int, fingerprints: bytes, counts: Counts) -> Segment:
        arrived_ms = (address.pane + address.seconds) * 1_000
        return Segment(address, number, fingerprints, counts, b"\0" * 8, arrived_ms, address.pane + 16 * DAY)

    def _buckets(self, level: Level, partition: str, bucket: str) -> "Iterator[Mapping[str, Any]]":
        form, span = _PARTITIONS[level]
        start = _epoch(partition, form)
        positions = self._schedule.at(start).addresses_a_minute
        for at in range(start, min(start + span, self._now - level.seconds + 1), level.seconds):
            packed = self._packed[level][at // level.seconds % len(self._packed[level])][int(bucket)]
            vector = (
                (SEGMENTS_AN_ADDRESS,) * positions
                if level is Level.MINUTE
                else (REVISION,) * (60 if level is Level.HOUR else 24)
            )
            expires = self._retention.expires_at(level, at)
            buckets = self._schedule.buckets_at(at)
            item = BucketItem(level, at, int(bucket), REVISION, vector, packed, at * 1_000, expires, buckets)
            yield from encode_item(item)


def _load(table: Table, item: "Mapping[str, AttributeValueTypeDef]") -> None:
    key = table.key_of(item)
    table.get(key)  # makes the partition's past, which this comes after
    table[key] = cast("Item", item)


def _sum(parts: Iterable[Counts], times: int) -> Counts:
    total = counting.empty()
    for part in parts:
        counting.add(total, part)
    return {
        dimension: {value: number * times for value, number in values.items()} for dimension, values in total.items()
    }


def _epoch(text: str, form: str) -> int:
    return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp())


_PARTITIONS: Final = {
    Level.MINUTE: ("%Y-%m-%dT%H", HOUR),
    Level.HOUR: ("%Y-%m-%d", DAY),
    Level.DAY: ("%Y-%m", 31 * DAY),
}
"""Form of a partition's name, and what it spans."""
_DIRECTORIES: Final = {Frame.QUARTER: "%Y-%m-%dT%H", Frame.HOUR: "%Y-%m-%d", Frame.DAY: "%Y-%m", Frame.MONTH: "%Y"}
"""Form of the time of a directory's key."""
