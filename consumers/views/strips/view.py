"""Keeps strips and directories as the trends change.

- To write: take the frame's version, then read its parts, put its strips on condition that no newer ones are there,
  then its entry, on condition that the directory has none as new. So strips hold all changes that their version counts.
- A change is noted in the directory of each frame that may have it, at once and before anything is written anew: of the
  month, of the day, then of the hour, whose version tells the next environment what this one did not get to. The entry
  no longer promises the part; its version has become a newer one, so that whoever is writing strips that lack the
  change can't promise it either.

Two environments at once do no harm: what one writes is refused, or overwrites what says the same. After a refusal the
directory is read again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Final

from consumers.counts import CountsFormatError, PackedCounts
from consumers.schedule import DAY, HOUR, MINUTE, Schedule
from consumers.tables import Level
from consumers.trends.errors import TrendsError
from consumers.trends.notes import Versions
from consumers.trends.retention import Retention
from consumers.trends.table import TrendsTable
from consumers.views.memory import Change, packed
from consumers.views.store import Made, ViewStore
from consumers.views.strips.cutting import cut, rows_of
from consumers.views.strips.directory import NOTHING, Entry, Place
from consumers.views.strips.frame import Frame
from consumers.views.strips.planning import available, is_due
from consumers.views.strips.table import StripsTable

RESERVE_SECONDS: Final = 20.0
"""No strips are begun when less time is left: reading a frame and writing it takes a few seconds."""

MOST_SECONDS: Final = 20.0
"""After so long no more are begun in one run, however many are due: lists wait for the next, search for its turn."""

QUARTER_DAYS: Final = 2
"""How long strips of quarters are kept, which the hour's replace."""


class StripsView:
    """The strips of all frames. Not thread-safe; remembers directories and what it has seen change."""

    name: Final = "strips"

    def __init__(
        self,
        trends: TrendsTable,
        strips: StripsTable,
        store: ViewStore,
        *,
        schedule: Schedule,
        retention: Retention,
        pool: Executor,
        unread: Callable[[Place, Exception], object],
    ) -> None:
        """Make strips of what `trends` holds; several at a time are put into `store` in `pool`.

        `unread` is told of a frame whose counts can't be read: its readers go to the items themselves.
        """
        self._trends = trends
        self._strips = strips
        self._store = store
        self._schedule = schedule
        self._retention = retention
        self._pool = pool
        self._unread = unread
        self._entries: dict[Place, Entry] = {}
        self._loaded: set[Place] = set()
        self._seen: dict[int, Versions] = {}
        self._compared = False

    def refresh(self, change: Change) -> None:
        """Take what has changed out of the directories, and write the strips that are due.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: a directory that this code can't read.
        """
        oldest = Level.HOUR.floor(change.now - self._retention.seconds(Level.MINUTE))
        noted: Mapping[int, Versions] = change.noted
        if not (self._compared and self._seen):  # all that an environment before this one may not have got to
            noted = self._trends.changes(oldest, Level.HOUR.floor(change.now) + HOUR) | change.noted
        self._forget(change.now, oldest)
        for hour in sorted(noted):
            if hour >= oldest:
                self._take_out(hour, noted[hour], change.now)
        self._compared = True
        begun = change.time_left()
        for place in self._candidates(change):
            parts = available(place, change.now, change.state)
            if is_due(place, self._entry(place), parts, change.now):
                left = change.time_left()
                if left < RESERVE_SECONDS or begun - left > MOST_SECONDS:
                    return
                self._try(place, parts, change)

    def _take_out(self, hour: int, noted: Versions, now: float) -> None:
        """Let directories no longer promise the minutes of an hour that have changed, nor the hour, nor its day."""
        place, version = Place(Frame.HOUR, hour), sum(noted.values())
        seen = self._seen.get(hour)
        if seen is None and self._entry(place).version == version:
            seen = noted  # an earlier environment saw as much
        changed = _differing(hour, seen, noted)
        if changed:
            if hour + HOUR <= now:  # before, no hour is closed, so none is in the strips of a day
                day, month = (Place(frame, frame.floor(hour)) for frame in (Frame.DAY, Frame.MONTH))
                if day.end <= now:
                    self._clear(month, 1 << (day.start - month.start) // DAY, None, now)
                self._clear(day, 1 << (hour - day.start) // HOUR, None, now)
            if hour + HOUR + QUARTER_DAYS * DAY > now and not self._entry(place).strips:
                for start in range(hour, hour + HOUR, HOUR // 4):
                    quarter = Place(Frame.QUARTER, start)
                    those = changed >> (start - hour) // MINUTE & (1 << HOUR // 4 // MINUTE) - 1
                    self._clear(quarter, those, _version(quarter, noted), now)
            if hour + HOUR <= now:
                self._clear(place, changed, version, now)
        self._seen[hour] = dict(noted)

    def _clear(self, place: Place, parts: int, version: int | None, now: float) -> None:
        """Take parts out of an entry, unless it knows of this `version`; without one it gets its next."""
        while parts:
            entry = self._entry(place)
            if version is not None and entry.version >= version:
                return
            newer = entry.version + 1 if version is None else version
            whole = (1 << place.frame.parts(place.start)) - 1
            if self._note(place, entry.without(parts, newer, now, whole=whole)):
                return

    def _try(self, place: Place, parts: int, change: Change) -> None:
        try:
            self._write(place, parts, change)
        except (TrendsError, CountsFormatError) as error:
            self._unread(place, error)
            self._entries[place] = self._entry(place)._replace(since=int(change.now))  # not again at once

    def _write(self, place: Place, parts: int, change: Change) -> None:
        entry = self._entry(place)
        if place.frame.part is Level.MINUTE:
            version = _version(place, self._seen[Level.HOUR.floor(place.start)])
        else:  # what they hold follows from which hours or days are closed, too: so each writing has its own version
            version = entry.version + 1
            if not self._note(place, entry._replace(version=version)):
                return
        count = place.frame.parts(place.start)
        rows = rows_of(self._counts(place, parts, change))
        # Nothing in a whole day or month: the directory says so by itself, and its readers go no further.
        strips = cut(rows, count, entry.strips) if rows or place.frame.part is Level.MINUTE else []
        made, expires_at = Made(version, change.as_of or 0), self._expiry(place)

        def put(number: int) -> bool:
            key = place.strip_key(number, len(strips))
            return self._store.put(key, {"c": {"B": strips[number]}}, made, expires_at)

        if all(list(self._pool.map(put, range(len(strips))))):
            self._note(place, Entry(len(strips), version, parts, int(change.now), version))
        else:
            self._loaded.discard(place.directory)

    def _counts(self, place: Place, parts: int, change: Change) -> Sequence[Sequence[PackedCounts]]:
        """Return the buckets of each of a frame's parts, at least as new as its version; of those wanted, if they can't
        be read before they are closed."""
        frame, start = place
        level = frame.part
        if level is Level.MINUTE:
            return [each.buckets for each in change.read(change.minutes(start, place.end)).values()]
        found: list[dict[int, PackedCounts]] = [{} for _ in range(frame.parts(start))]
        until = start + parts.bit_length() * level.seconds
        most = max(self._schedule.buckets_at(at) for at in range(start, place.end, DAY))
        for items in self._pool.map(
            lambda bucket: self._trends.query(level, bucket, start, until, consistent=True), range(1 + most)
        ):
            for item in items:
                found[(item.start - start) // level.seconds][item.bucket] = PackedCounts(item.packed)
        return [
            packed(each, self._schedule.buckets_at(start + number * level.seconds)).buckets
            for number, each in enumerate(found)
        ]

    def _candidates(self, change: Change) -> Iterator[Place]:
        """Yield the frames that may be due, the most urgent first: what readers pay most for."""
        hours, closed = sorted(self._seen, reverse=True), change.state.closed
        for hour in hours:
            if hour >= closed and hour + (QUARTER_DAYS - 1) * DAY > change.now:
                yield from (Place(Frame.QUARTER, start) for start in range(hour, hour + HOUR, HOUR // 4))
        yield from (Place(Frame.HOUR, hour) for hour in hours if hour < closed)
        yield from (
            Place(Frame.DAY, start) for start in sorted({Frame.DAY.floor(hour) for hour in hours}, reverse=True)
        )
        yield from self._months(change.now)

    def _months(self, now: float) -> Iterator[Place]:
        """Yield the months of which days are kept, the newest first: also those of which nothing is counted."""
        place = Place(Frame.MONTH, Frame.MONTH.floor(now))
        while place.end > now - self._retention.seconds(Level.DAY):
            yield place
            place = Place(Frame.MONTH, Frame.MONTH.floor(place.start - 1))

    def _entry(self, place: Place) -> Entry:
        directory = place.directory
        if directory not in self._loaded:
            for old in [known for known in self._entries if known.directory == directory]:
                del self._entries[old]
            self._entries |= self._strips.entries([directory], consistent=True)
            self._loaded.add(directory)
        return self._entries.get(place, NOTHING)

    def _note(self, place: Place, entry: Entry) -> bool:
        if self._strips.note(place, entry, self._expiry(place.last_of_directory)):
            self._entries[place] = entry
            return True
        self._loaded.discard(place.directory)
        return False

    def _expiry(self, place: Place) -> int:
        if place.frame is Frame.QUARTER:
            return place.end + QUARTER_DAYS * DAY
        return place.end + self._retention.seconds(place.frame.part)

    def _forget(self, now: float, oldest: int) -> None:
        """Let go of hours whose minutes are no longer kept, and of directories that have expired."""
        self._seen = {hour: noted for hour, noted in self._seen.items() if hour >= oldest}
        self._loaded = {place for place in self._loaded if self._expiry(place.last_of_directory) > now}
        self._entries = {place: entry for place, entry in self._entries.items() if place.directory in self._loaded}


def _version(place: Place, noted: Versions) -> int:
    """Return how often the minutes of a frame have changed."""
    return sum(number for minute, number in noted.items() if place.start <= minute < place.end)


def _differing(hour: int, seen: Versions | None, noted: Versions) -> int:
    """Return, bit by bit, which minutes of an hour have changed; all where nothing was seen."""
    if seen is None:
        return (1 << HOUR // MINUTE) - 1
    return sum(1 << (minute - hour) // MINUTE for minute, number in noted.items() if seen.get(minute) != number)
