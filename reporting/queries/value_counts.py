"""Some values' counts over time, each read where it costs least."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from consumers.counts import PackedCounts
from consumers.tables import Level
from consumers.views.strips.codec import Strip, name_of, strip_of
from consumers.views.strips.directory import NOTHING, Entry, Place
from consumers.views.strips.frame import Frame
from consumers.views.strips.table import StripAt
from reporting.plan import Closed
from reporting.queries.planning import Planning
from reporting.reader import Freshness, TrendsReader
from reporting.strips import AHEAD_SECONDS, Cover, cover
from reporting.windows import Span

Counts = dict[str, Counter[int]]
"""By value: the count of each minute, hour or day, by its start."""


class Strips(Protocol):
    """What is needed of a `consumers.views.strips.table.StripsTable`."""

    def entries(self, directories: Iterable[Place], *, consistent: bool = False) -> dict[Place, Entry]:
        """Return what these directories say of their frames."""

    def strips(self, wanted: Mapping[StripAt, int]) -> dict[StripAt, tuple[Strip, int]]:
        """Return those of the strips `wanted` that are there and as new, with the bytes of each as stored."""


_OPEN_QUARTERS: Final = 2
_ROUNDS: Final = 8
"""Directories of four kinds, and strips that turned out to be gone."""


class ValueCounts:
    """Counts of single values by minute, hour or day."""

    def __init__(
        self,
        reader: TrendsReader,
        strips: Strips,
        planning: Planning,
    ) -> None:
        """Read `strips`, and items by `reader` as `planning` plans."""
        self._reader = reader
        self._strips = strips
        self._planning = planning

    def of(self, dimension: str, values: Iterable[str], level: Level, span: Span, freshness: Freshness) -> Counts:
        """Return the counts of `values` in each unit of `level` in `span`, which begins and ends with one.

        `freshness` must have been read before.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsError: an item that can't be read.
        """
        counts: Counts = {value: Counter() for value in values}
        span = self._planning.within(span)
        if freshness.closed is None or span.start >= span.end or not counts:
            return counts
        names = {value: name_of(dimension, value) for value in counts}
        directories = _Directories(self._strips)
        directories.prefetch(level, span, freshness.closed)
        for _ in range(_ROUNDS):
            covered = directories.cover(level, span, freshness.closed)
            strips = self._read(covered, directories, names.values())
            gone = [place for place in covered.parts if any((place, name) not in strips for name in names.values())]
            if not gone:
                break
            directories.forget(gone)
        else:
            covered, strips = Cover(items=[span]), {}
        for place, parts in covered.parts.items():
            for value, name in names.items():
                row = strips[place, name].counts(name)
                for part, start in parts:
                    counts[value][start] += row[part]
        reads = [read for rest in covered.items for read in self._planning.reads(rest, freshness, level)]
        for item in self._reader.read(reads, self._reader.buckets_of_values(dimension, counts)):
            packed = PackedCounts(item.packed)
            for value, by_start in counts.items():
                by_start[level.floor(item.start)] += packed.count(dimension, value)
        return counts

    def _read(
        self, covered: Cover, directories: "_Directories", names: Iterable[bytes]
    ) -> dict[tuple[Place, bytes], Strip]:
        """Return the strip of each name in each frame, as far as they are there."""
        wanted: dict[StripAt, int] = {}
        asked: dict[StripAt, list[tuple[Place, bytes]]] = defaultdict(list)
        for place in covered.parts:
            entry = directories.entry(place)
            for name in names:
                at = StripAt(place, strip_of(name, entry.strips), entry.strips)
                wanted[at] = entry.written
                asked[at].append((place, name))
        found = self._strips.strips(wanted) if wanted else {}
        self._reader.add_to_tally(len(found), sum(size for _, size in found.values()))
        return {key: strip for at, (strip, _) in found.items() for key in asked[at]}


class _Directories:
    """The directories that a question needs, read when they are."""

    def __init__(self, table: Strips) -> None:
        self._table = table
        self._entries: dict[Place, Entry] = {}
        self._read: set[Place] = set()

    def prefetch(self, level: Level, span: Span, closed: Closed) -> None:
        """Read those that `level` needs, and those of the open day and hour where `span` reaches them."""
        open_until = min(closed.hour + AHEAD_SECONDS, span.end)
        wanted: dict[Frame, Span] = {}
        match level:
            case Level.MINUTE:
                wanted[Frame.HOUR] = span
            case Level.HOUR:
                wanted[Frame.DAY] = span
            case Level.DAY:
                wanted[Frame.MONTH] = span
                wanted[Frame.DAY] = Span(max(closed.day, span.start), open_until)
        wanted.setdefault(Frame.HOUR, Span(max(closed.hour, span.start), open_until))
        wanted[Frame.QUARTER] = Span(
            max(closed.hour, span.start), min(closed.hour + _OPEN_QUARTERS * Level.HOUR.seconds, span.end)
        )
        self._load({place for frame, span in wanted.items() for place in _directories(frame, span)})

    def cover(self, level: Level, span: Span, closed: Closed) -> Cover:
        """Return what to read, by as many directories as that takes."""
        while True:
            missing: set[Place] = set()

            def lookup(place: Place) -> Entry:
                if place.directory not in self._read:
                    missing.add(place.directory)  # noqa: B023 - of this round
                return self.entry(place)

            found = cover(level, span, lookup, closed)
            if not missing:
                return found
            self._load(missing)

    def entry(self, place: Place) -> Entry:
        """Return what is known of a frame."""
        return self._entries.get(place, NOTHING)

    def forget(self, places: Iterable[Place]) -> None:
        """Promise nothing of these frames: their strips are gone."""
        for place in places:
            self._entries[place] = self.entry(place)._replace(parts=0)

    def _load(self, directories: set[Place]) -> None:
        if not directories:
            return
        self._entries |= self._table.entries(directories)
        self._read |= directories


def _directories(frame: Frame, span: Span) -> Iterator[Place]:
    """Yield the directories that have the frames of `span`."""
    at = span.start
    while at < span.end:
        place = Place(frame, frame.floor(at))
        yield place.directory
        at = place.last_of_directory.end
