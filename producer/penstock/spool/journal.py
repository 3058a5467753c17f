"""The journal: segments on a disk, within a bound; what is appended to them, and when they go."""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from penstock.aggregation import UserRecord
from penstock.spool.contents import Contents
from penstock.spool.directory_lock import LOCK_BYTES
from penstock.spool.disk import Disk
from penstock.spool.done_files import DoneFiles
from penstock.spool.entries import HEAD_BYTES, encode_head
from penstock.spool.frames import FRAME_BYTES, MARKER_BYTES, frame
from penstock.spool.leftovers import find_segments
from penstock.spool.remarks import Remarks
from penstock.spool.rewriting import most_worth, rewrite
from penstock.spool.segment import Segment

_SEGMENT_BYTES: Final = 8 * 1024 * 1024
_SEGMENTS: Final = 16
"""How many segments there are at least when all the room is used."""


class Journal:
    """Appends events to the youngest segment and deletes segments whose events are all done.

    Each event has a position, one more than that of the event before it. Segments of which half is done are rewritten
    when there is no room otherwise: so there is always room while what is not done takes less than half of it.
    Not safe between threads.

    Args:
        directory: where the files are. Nobody else writes there.
        limit: most bytes of all files. A sixteenth of it is kept for acknowledgements and for rewriting.
        disk: the file system.
        remarks: are given what there is to say.
        durable: whether names and rewritten segments are synced; syncing the youngest segment is the caller's part.

    Attributes:
        size: bytes of all files.
        next_position: of the next event.
        descriptor: of the youngest segment's file, none if it is yet to be created.
        most_payload_bytes: of the largest payload that an empty journal has room for.

    Raises:
        OSError: if the files cannot be read.
        SpoolError: if they were written by a later version of this code.
    """

    def __init__(self, directory: Path, *, limit: int, disk: Disk, durable: bool, remarks: Remarks) -> None:
        self._directory = directory
        self._limit = limit
        self._segment_bytes = min(limit // _SEGMENTS, _SEGMENT_BYTES)
        self._append_limit = limit - self._segment_bytes
        self._disk = disk
        self._durable = durable
        self._remarks = remarks
        self._done_files = DoneFiles(disk, remarks)
        self._tail: Segment | None = None
        self._is_damaged = False
        self._appended: list[int] = []
        self._segments, self.next_position = find_segments(directory, disk, remarks)
        self.descriptor: int | None = None
        self.size = LOCK_BYTES + sum(segment.size + segment.done_size for segment in self._segments)
        self.most_payload_bytes = self._append_limit - LOCK_BYTES - HEAD_BYTES - FRAME_BYTES

    @property
    def unread(self) -> list[Segment]:
        """The segments of another process that have not been read yet, oldest first."""
        return [segment for segment in self._segments if not segment.was_read]

    def is_freed_by_leaving(self, payload: bytes) -> bool:
        """Tell whether an event has no room, and leaving the youngest segment makes some, as all of it is done."""
        tail = self._tail
        return (
            tail is not None and not tail.pending and (tail.entries > 0 or self._is_damaged) and not self._fits(payload)
        )

    def takes(self, payload: bytes) -> bool:
        """Tell whether ``append`` can take an event without further ado."""
        tail, size = self._tail, FRAME_BYTES + len(payload)
        return (
            tail is not None
            and not self._is_damaged
            and self.size + size <= self._append_limit
            and (tail.size + size <= self._segment_bytes or not tail.entries)
        )

    def has_room(self, payload: bytes) -> bool:
        """Tell whether there is room for an event, in a new segment at least; make some if need be and possible.

        Raises:
            OSError: if that fails.
        """
        while not self._fits(payload):
            if not self._make_room():
                return False
        return True

    def _fits(self, payload: bytes) -> bool:
        """Tell whether a new segment with an event would stay within the limit."""
        return self.size + HEAD_BYTES + FRAME_BYTES + len(payload) <= self._append_limit

    def start_segment(self) -> None:
        """Begin a new segment. What is in the youngest one has been synced, if it is to be.

        Raises:
            OSError: if that fails.
        """
        self.leave_segment()
        segment = Segment(self._directory, self.next_position, os.urandom(MARKER_BYTES))
        segment.was_read = True
        descriptor = self._disk.create(segment.events_path)
        try:
            self._disk.write_all(descriptor, encode_head())
            if self._durable:
                self._disk.sync_directory(self._directory)
        except OSError:
            self._disk.close(descriptor)
            self._disk.remove(segment.events_path)
            raise
        segment.size = HEAD_BYTES
        self.size += HEAD_BYTES
        self._segments.append(segment)
        self._tail, self.descriptor, self._is_damaged = segment, descriptor, False

    def leave_segment(self) -> None:
        """Append nothing more to the youngest segment."""
        tail, self._tail = self._tail, None
        descriptor, self.descriptor = self.descriptor, None
        self._appended = []
        if descriptor is not None:
            self._disk.close(descriptor)
        if tail is not None and not tail.pending:
            self._delete(tail)

    def append(self, payloads: Sequence[bytes]) -> range:
        """Append events, as many as the youngest segment takes; return their positions. It takes the first.

        Raises:
            OSError: if they could not be written; then nothing has changed.
        """
        tail, descriptor = self._tail, self.descriptor
        if tail is None or descriptor is None:
            raise RuntimeError("no segment has been started")
        data = frame(tail.marker, tail.entries, payloads[0])
        sizes = [len(data)]
        if len(payloads) > 1:
            data, sizes = self._frames(tail, data, payloads)
        try:
            self._disk.write_all(descriptor, data)
        except OSError:
            self._cut(tail, descriptor)
            raise
        self._appended = sizes
        size, count = len(data), len(sizes)
        tail.size += size
        self.size += size
        tail.entries += count
        first = self.next_position
        self.next_position = first + count
        return range(first, first + count)

    def retract(self, count: int) -> None:
        """Take back the last events of the latest call of ``append``."""
        tail, descriptor = self._tail, self.descriptor
        if tail is None or descriptor is None or not 0 < count <= len(self._appended):
            raise RuntimeError("only what was appended last can be taken back")
        size = sum(self._appended[-count:])
        tail.size -= size
        self.size -= size
        tail.entries -= count
        self.next_position -= count
        self._cut(tail, descriptor)

    def done(self, positions: Iterable[int]) -> None:
        """Note that events are done. They were appended here, or have been read."""
        left = sorted(positions)
        while left:
            segment = self._segment_of(left[0])
            count = 1 if segment is None else bisect_left(left, segment.first + segment.entries)
            found, left = left[:count], left[count:]
            if segment is not None:
                segment.unwritten += segment.mark_done([position - segment.first for position in found])
                if segment.pending or segment is self._tail:
                    self.size += self._done_files.write(segment, room=self._limit - self.size)
                else:
                    self._delete(segment)

    def read(self, segment: Segment) -> Iterator[tuple[int, UserRecord]]:
        """Return the events that another process left in a segment, with their positions, in the order of these.

        Raises:
            OSError: if it cannot be read.
        """
        contents = Contents(self._disk, segment)
        contents.report(self._remarks)
        segment.was_read = True
        segment.entries = contents.entries
        gone = contents.done.union(index for index in range(segment.entries) if index not in contents.readable)
        segment.mark_done(sorted(gone))
        segment.removed = segment.examined = segment.entries - len(contents.readable)
        if not segment.pending:
            self._delete(segment)
        return ((segment.first + index, event) for index, event in contents.events() if index not in gone)

    def close(self) -> None:
        """Write down what is done and let go of the files."""
        self.leave_segment()
        for segment in self._segments:
            self.size += self._done_files.write(segment, room=self._limit - self.size)
        self._done_files.close()

    def forget(self) -> None:
        """Let go of the files without writing: in a forked process they are the parent's."""
        descriptor, self.descriptor, self._tail = self.descriptor, None, None
        if descriptor is not None:
            self._disk.close(descriptor)
        self._done_files.close()

    def _frames(self, tail: Segment, first: bytes, payloads: Sequence[bytes]) -> tuple[bytes, list[int]]:
        """Return the frames of as many payloads as the youngest segment takes, and the size of each."""
        frames = [first]
        free = min(self._segment_bytes - tail.size, self._append_limit - self.size) - len(first)
        for index, payload in enumerate(payloads[1:], tail.entries + 1):
            free -= FRAME_BYTES + len(payload)
            if free < 0:
                break
            frames.append(frame(tail.marker, index, payload))
        return b"".join(frames), list(map(len, frames))

    def _segment_of(self, position: int) -> Segment | None:
        index = bisect_right(self._segments, position, key=_first) - 1
        segment = self._segments[index] if index >= 0 else None
        return segment if segment is not None and position - segment.first < segment.entries else None

    def _cut(self, tail: Segment, descriptor: int) -> None:
        """Have the youngest segment end where it should, or take no more events.

        It stays the youngest until the next one is started: what it holds may be yet to be synced.
        """
        self._appended = []
        try:
            self._disk.truncate(descriptor, tail.size)
        except OSError as error:
            self._remarks.warn("%s has to end with damage, since it cannot be cut: %s", tail.events_path, error)
            actual = os.fstat(descriptor).st_size
            self.size += actual - tail.size
            tail.size = actual
            self._is_damaged = True

    def _make_room(self) -> bool:
        """Rewrite the segment that gains most; tell whether there was one."""
        segment = most_worth(segment for segment in self._segments if segment.was_read and segment is not self._tail)
        if segment is None:
            return False
        segment.examined = segment.done_count
        self.size += self._done_files.write(segment, room=self._limit - self.size)
        if not segment.unwritten:
            self.size -= rewrite(
                segment, self._disk, room=self._limit - self.size, durable=self._durable, remarks=self._remarks
            )
        return True

    def _delete(self, segment: Segment) -> None:
        self._done_files.close(segment)
        self._segments.remove(segment)
        try:
            # In this order: acknowledgements without their events are harmless, the reverse is not.
            self._disk.remove(segment.events_path)
            self.size -= segment.size
            self._disk.remove(segment.done_path)
            self.size -= segment.done_size
        except OSError as error:
            self._remarks.warn("%s cannot be removed: %s", segment.events_path, error)


def _first(segment: Segment) -> int:
    return segment.first
