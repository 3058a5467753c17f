"""What a segment's files hold, as far as it can be read."""

from collections.abc import Iterator

from penstock.aggregation import UserRecord
from penstock.spool.disk import Disk
from penstock.spool.entries import HEAD_BYTES, check_head, decode_done, decode_event
from penstock.spool.frames import Damage, Frame, read_frames
from penstock.spool.remarks import Remarks
from penstock.spool.segment import Segment


class Contents:
    """The files of a segment, read and checked.

    Args:
        disk: the file system.
        segment: whose files to read.

    Attributes:
        readable: the indexes of the events that can be read.
        done: the indexes of those that are done.
        damage: where the file of events is damaged.
        entries: how many events there were at least.

    Raises:
        OSError: if a file cannot be read.
        UnknownVersionError: if it was written by a later version.
    """

    def __init__(self, disk: Disk, segment: Segment) -> None:
        self._segment = segment
        self._data = disk.read(segment.events_path)
        check_head(self._data)
        self.readable: set[int] = set()
        self.damage: list[Damage] = []
        for found in self._events():
            if isinstance(found, Damage):
                self.damage.append(found)
            else:
                self.readable.add(found[0])
        self.done: set[int] = set()
        self._done_damaged = False
        for written in read_frames(disk.read(segment.done_path), segment.marker, 0):
            if isinstance(written, Frame):
                self.done.update(decode_done(written.payload))
            else:
                self._done_damaged = True
        self.entries = 1 + max(max(self.readable, default=-1), max(self.done, default=-1))

    @property
    def torn_at(self) -> int | None:
        """Where the file of events has a torn tail, none if it has none."""
        if self.damage and self.damage[-1].end == len(self._data):
            return self.damage[-1].start
        return None

    @property
    def torn_frames(self) -> int:
        """How many frames seem to begin in the torn tail: more than one, and it is no unfinished write."""
        return 0 if self.torn_at is None else self._data.count(self._segment.marker, self.torn_at)

    def events(self) -> Iterator[tuple[int, UserRecord]]:
        """Return the readable events and their indexes, in the order of these."""
        return (found for found in self._events() if not isinstance(found, Damage))

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Return the same events as they are in the file."""
        for found in read_frames(self._data, self._segment.marker, HEAD_BYTES):
            if isinstance(found, Frame) and found.number in self.readable:
                yield found.number, self._data[found.start : found.end]

    def report(self, remarks: Remarks) -> None:
        """Say what cannot be read."""
        if self.damage:
            remarks.warn(
                "%s is damaged at %d places, %d bytes in all: %d events or more cannot be read from it any more. The "
                "others can; the disk should be checked",
                self._segment.events_path,
                len(self.damage),
                sum(damage.end - damage.start for damage in self.damage),
                self.entries - len(self.readable | self.done),
            )
        if self._done_damaged:
            remarks.warn(
                "%s is unfinished or damaged: some events that were acknowledged may be sent once more",
                self._segment.done_path,
            )

    def _events(self) -> Iterator[tuple[int, UserRecord] | Damage]:
        for found in read_frames(self._data, self._segment.marker, HEAD_BYTES):
            if isinstance(found, Frame):
                event = decode_event(found.payload)
                yield Damage(found.start, found.end) if event is None else (found.number, event)
            else:
                yield found
