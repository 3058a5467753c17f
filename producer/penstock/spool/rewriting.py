"""Rewriting segments without what is done, so that a few late events do not hold the room of many."""

from collections.abc import Iterable

from penstock.spool.contents import Contents
from penstock.spool.disk import Disk
from penstock.spool.entries import encode_head
from penstock.spool.remarks import Remarks
from penstock.spool.segment import Segment


def most_worth(segments: Iterable[Segment]) -> Segment | None:
    """Return the segment that gains most by being rewritten, none if none would lose half of its events."""
    worthy = [segment for segment in segments if 2 * (segment.done_count - segment.examined) >= segment.held > 0]
    return max(worthy, key=_gain, default=None)


def rewrite(segment: Segment, disk: Disk, *, room: int, durable: bool, remarks: Remarks) -> int:
    """Replace a segment's file of events by one without those that are done; return how many bytes that frees.

    What is done must have been written down. Killed at any moment, the one file or the other is there.

    Args:
        segment: the segment.
        disk: the file system.
        room: most bytes of the new file. If it would have more, nothing changes.
        durable: whether the new file is to be on the disk before it takes the old one's place.
        remarks: are given what there is to say.

    Raises:
        OSError: if it cannot be read or written; then nothing has changed.
    """
    contents = Contents(disk, segment)
    left = [(index, found) for index, found in contents.frames() if not segment.is_done(index)]
    data = encode_head() + b"".join([found for _, found in left])
    if len(data) > room:
        return 0
    disk.remove(segment.rewritten_path)
    descriptor = disk.create(segment.rewritten_path)
    try:
        disk.write_all(descriptor, data)
        if durable:
            disk.sync(descriptor)
    except OSError:
        disk.remove(segment.rewritten_path)
        raise
    finally:
        disk.close(descriptor)
    disk.replace(segment.rewritten_path, segment.events_path)
    if durable:
        disk.sync_directory(segment.events_path.parent)
    contents.report(remarks)
    freed = segment.size - len(data)
    segment.size = len(data)
    segment.removed = segment.entries - len(left)
    return freed


def _gain(segment: Segment) -> float:
    return segment.size * (segment.done_count - segment.removed) / segment.held
