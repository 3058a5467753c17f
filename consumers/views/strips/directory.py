"""Directories: which parts of a frame its strips have, and how many strips there are.

A part that the strips do not have (yet, or no longer since it has changed) is read from its own items. So a reader with
the directory is exact whatever the writer has not got to: strips only make it cheaper.
"""

import struct
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from consumers.schedule import DAY, HOUR
from consumers.tables import TrendKey, strip_directory_key, strip_key
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import AttributeMap, check_version
from consumers.views.strips.frame import Frame

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_ENTRY: Final = struct.Struct("<IQQQQ")
_PLACES: Final = 31
"""Most frames of one directory: days of a month."""


class Entry(NamedTuple):
    """What a directory says of one frame."""

    strips: int
    """How many there are; 0 where none was written yet, or of a day or month of which nothing is counted."""
    version: int
    """Of the frame's parts when this was written: how often they had changed."""
    parts: int
    """Bit by bit, the first part lowest: whether the strips have it."""
    since: int
    """When the strips were written, or if they had all parts then, when the first of them changed; epoch seconds."""
    written: int
    """The version that the strips were written as: those of an older one are not these."""

    @property
    def order(self) -> int:
        """Of two entries of a frame the one with more holds: of the later version, or with more parts of the same."""
        return self.version << 6 | self.parts.bit_count()

    def has(self, part: int) -> bool:
        """Tell whether the strips have a part, from 0."""
        return bool(self.parts >> part & 1)

    def without(self, changed: int, version: int, now: float, *, whole: int) -> Self:
        """Return what holds when the parts in `changed` (bit by bit) of `whole` are others than the strips have."""
        since = int(now) if self.parts == whole else self.since
        return self._replace(parts=self.parts & ~changed, version=max(version, self.version), since=since)


NOTHING: Final = Entry(0, 0, 0, 0, 0)
"""Of a frame that no directory names."""


class Place(NamedTuple):
    """A frame in time."""

    frame: Frame
    start: int
    """Epoch seconds."""

    @property
    def end(self) -> int:
        """Where it ends, epoch seconds."""
        return self.frame.end(self.start)

    @property
    def directory(self) -> "Place":
        """The directory that has it: its frame, and the time where it begins."""
        return Place(self.frame, self.frame.directory(self.start))

    @property
    def directory_key(self) -> TrendKey:
        """The key of that directory."""
        return strip_directory_key(self.frame, directory_label(self))

    @property
    def last_of_directory(self) -> "Place":
        """The last frame of that directory."""
        frame, start = self.directory
        ends = {Frame.QUARTER: HOUR, Frame.HOUR: DAY, Frame.DAY: 31 * DAY, Frame.MONTH: 366 * DAY}
        following = frame.directory(start + ends[frame])
        return Place(frame, frame.floor(following - 1))

    def strip_key(self, number: int, strips: int) -> TrendKey:
        """Return the key of one of its strips."""
        return strip_key(self.frame, self.frame.label(self.start), number, strips)


def directory_label(place: Place) -> str:
    """Return how keys write the time of the directory that has a frame, like ``2025-11-21`` for an hour."""
    label = place.frame.label(place.frame.directory(place.start))
    return label[: {Frame.QUARTER: 13, Frame.HOUR: 10, Frame.DAY: 7, Frame.MONTH: 4}[place.frame]]


def attributes_of(place: Place, entry: Entry) -> AttributeMap:
    """Return the attributes of an entry: its order, then the rest."""
    number = place.frame.place(place.start)
    return {f"n{number}": {"N": str(entry.order)}, f"e{number}": {"B": _ENTRY.pack(*entry)}}


def entries_of(
    directory: Place, item: "Mapping[str, AttributeValueTypeDef]", places: Iterable[int] = range(_PLACES)
) -> dict[Place, Entry]:
    """Read the entries of a low-level item.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: it is damaged.
    """
    check_version(item)
    frame, start = directory
    try:
        return {
            Place(frame, frame.listed(start, number)): Entry(*_ENTRY.unpack(bytes(item[f"e{number}"]["B"])))
            for number in places
            if f"e{number}" in item
        }
    except (KeyError, struct.error, ValueError, TypeError) as error:
        raise TrendsFormatError(f"no directory of strips: {error!r}") from error
