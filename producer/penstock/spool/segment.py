"""A segment of the spool: a file of events in the order in which they were put, and beside it what is done of them."""

import re
from pathlib import Path
from typing import Final, Self

EVENTS_SUFFIX: Final = ".events"
DONE_SUFFIX: Final = ".done"
REWRITTEN_SUFFIX: Final = ".rewritten"

_NAME: Final = re.compile(r"(\d{20})-([0-9a-f]{8})", re.ASCII)


class Segment:
    """What is known of a segment.

    Args:
        directory: where its files are.
        first: the position of its first event; the names of its files are made of this and the marker.
        marker: begins each of its frames.

    Attributes:
        first: as above.
        marker: as above.
        events_path: the file of events.
        done_path: the file of acknowledgements.
        rewritten_path: where its rewritten form is prepared.
        size: bytes of the file of events.
        done_size: bytes of the file of acknowledgements.
        entries: how many events were appended to it, whatever became of them.
        removed: how many of these its file no longer holds.
        done_count: how many of them are done.
        examined: what ``done_count`` was when it was last considered for being rewritten.
        unwritten: indexes that are done and not yet written down as such.
        was_read: whether all this is known. Of what another process left, only the files are known at first.
    """

    __slots__ = (
        "_done",
        "done_count",
        "done_path",
        "done_size",
        "entries",
        "events_path",
        "examined",
        "first",
        "marker",
        "removed",
        "rewritten_path",
        "size",
        "unwritten",
        "was_read",
    )

    def __init__(self, directory: Path, first: int, marker: bytes) -> None:
        name = f"{first:020d}-{marker.hex()}"
        self.first = first
        self.marker = marker
        self.events_path = directory / (name + EVENTS_SUFFIX)
        self.done_path = directory / (name + DONE_SUFFIX)
        self.rewritten_path = directory / (name + REWRITTEN_SUFFIX)
        self.size = self.done_size = 0
        self.entries = self.removed = self.done_count = self.examined = 0
        self.unwritten: list[int] = []
        self.was_read = False
        self._done = bytearray()

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """Return the segment that one of its files belongs to, none if it is no segment's file."""
        name = _NAME.fullmatch(path.stem)
        if name is None or path.suffix not in {EVENTS_SUFFIX, DONE_SUFFIX, REWRITTEN_SUFFIX}:
            return None
        return cls(path.parent, int(name[1]), bytes.fromhex(name[2]))

    @property
    def pending(self) -> int:
        """How many of its events are not done."""
        return self.entries - self.done_count

    @property
    def held(self) -> int:
        """How many events its file holds."""
        return self.entries - self.removed

    def is_done(self, index: int) -> bool:
        """Tell whether an event is done."""
        return index < len(self._done) and self._done[index] == 1

    def mark_done(self, indexes: list[int]) -> list[int]:
        """Note that events are done; return those of which this is news."""
        done = self._done
        done.extend(bytes(max(max(indexes, default=-1) + 1 - len(done), 0)))
        news: list[int] = []
        for index in indexes:
            if not done[index]:
                done[index] = 1
                news.append(index)
        self.done_count += len(news)
        return news
