"""Writing down which events are done, beside their segments."""

from contextlib import suppress

from penstock.spool.disk import Disk
from penstock.spool.entries import encode_done
from penstock.spool.frames import frame
from penstock.spool.remarks import Remarks
from penstock.spool.segment import Segment


class DoneFiles:
    """Writes acknowledgements. They are never synced: what a machine forgets of them is sent once more.

    Nor do they have to succeed: what could not be written is kept, and tried again with what is done next.

    Args:
        disk: the file system.
        remarks: are given what there is to say.
    """

    def __init__(self, disk: Disk, remarks: Remarks) -> None:
        self._disk = disk
        self._remarks = remarks
        self._open: tuple[Segment, int] | None = None
        self._warned = False

    def write(self, segment: Segment, *, room: int) -> int:
        """Write down what is new of a segment, if that takes no more than ``room``; return how many bytes it takes."""
        if not segment.unwritten:
            return 0
        data = frame(segment.marker, 0, encode_done(sorted(segment.unwritten)))
        if len(data) > room:
            return 0
        try:
            written = self._disk.write(self._descriptor(segment), data)
        except OSError as error:
            if not self._warned:
                self._remarks.warn("%s cannot be written; it is tried again later: %s", segment.done_path, error)
            self._warned = True
            return 0
        segment.done_size += written
        if written == len(data):
            segment.unwritten = []
        return written

    def close(self, segment: Segment | None = None) -> None:
        """Let go of the file that is open, or only if it is a certain segment's."""
        if self._open is not None and segment in {None, self._open[0]}:
            _, descriptor = self._open
            self._open = None
            with suppress(OSError):  # an error of the disk, on which nothing here depends
                self._disk.close(descriptor)

    def _descriptor(self, segment: Segment) -> int:
        if self._open is None or self._open[0] is not segment:
            self.close()
            self._open = segment, self._disk.append_to(segment.done_path)
        return self._open[1]
