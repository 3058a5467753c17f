"""What the last process left in the spool's directory."""

from pathlib import Path

from penstock.errors import SpoolError
from penstock.spool.contents import Contents
from penstock.spool.disk import Disk
from penstock.spool.entries import HEAD_BYTES, UnknownVersionError, check_head
from penstock.spool.remarks import Remarks
from penstock.spool.segment import EVENTS_SUFFIX, Segment


def find_segments(directory: Path, disk: Disk, remarks: Remarks) -> tuple[list[Segment], int]:
    """Return the segments, oldest first and not yet read, and the position for the next event.

    Two segments can begin at the same position, if the machine failed and forgot that the older one had been deleted;
    then positions are given anew. Removes what is left of segments that were being deleted or rewritten, and the end of
    a write that was cut short.

    Raises:
        OSError: if the files cannot be read.
        SpoolError: if they were written by a later version of this code.
    """
    segments: dict[str, Segment] = {}
    others: list[Path] = []
    for path in sorted(directory.iterdir()):
        segment = Segment.of(path)
        if segment is not None and path.suffix == EVENTS_SUFFIX:
            segments[path.stem] = segment
        elif segment is not None:
            others.append(path)
    for path in others:
        segment = Segment.of(path)
        if segment is not None and (path.stem not in segments or path == segment.rewritten_path):
            disk.remove(path)
    found = list(segments.values())
    for segment in found:
        segment.size = segment.events_path.stat().st_size
        segment.done_size = segment.done_path.stat().st_size if segment.done_path.exists() else 0
        _check_version(segment)
    if len({segment.first for segment in found}) < len(found):
        _set_apart(found, disk)
    while found:
        end = _mend(found[-1], disk, remarks)
        if end is not None:
            return found, end
        found.pop()
    return found, 1


def _set_apart(segments: list[Segment], disk: Disk) -> None:
    """Have positions begin later where segments overlap. Their files keep their names."""
    end = 0
    for segment in segments:
        segment.first = max(segment.first, end)
        end = segment.first + Contents(disk, segment).entries


def _check_version(segment: Segment) -> None:
    with segment.events_path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    try:
        check_head(head)
    except UnknownVersionError as error:
        raise SpoolError(
            f"{segment.events_path} was written by a later release of penstock ({error}): send what is in this "
            "spool with that release, or choose another directory"
        ) from error


def _mend(last: Segment, disk: Disk, remarks: Remarks) -> int | None:
    """Cut off a torn tail; return the position after the last event, none if there is no event."""
    contents = Contents(disk, last)
    torn_at = contents.torn_at
    if torn_at is not None and contents.torn_frames > 1:
        remarks.warn(
            "%s is damaged from byte %d on: about %d events cannot be read any more. The disk should be checked",
            last.events_path,
            torn_at,
            contents.torn_frames,
        )
    elif torn_at is not None:
        remarks.inform("%s ends with %d bytes of an unfinished write", last.events_path, last.size - torn_at)
    if not contents.entries:
        disk.remove(last.events_path)
        disk.remove(last.done_path)
        return None
    if torn_at is not None:
        descriptor = disk.append_to(last.events_path)
        try:
            disk.truncate(descriptor, torn_at)
        finally:
            disk.close(descriptor)
        last.size = torn_at
    return last.first + contents.entries
