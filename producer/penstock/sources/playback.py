"""Playing the lines of a file or a stream, once or several times, as they were or as if they had just happened."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, Literal

from penstock.sources.formats import LineFormat, format_of
from penstock.sources.inputs import Input
from penstock.sources.lines import split_lines
from penstock.sources.source import MAX_RAW_BYTES, Oversized, SourceError, SourceItem, raw_event

Times = Literal["auto", "shift", "keep"]

_TAIL_LINES: Final = 1000
_TAIL_BYTES: Final = 4 * MAX_RAW_BYTES
_NO_SHIFT: Final = timedelta(0)

_log = logging.getLogger(__name__)


class Playback:
    """The items of an input, line by line, blank lines left out.

    What kind of lines they are is told by the first that can be read. A line that cannot be read becomes a raw
    event, one longer than a raw event may be becomes a raw event that describes it, and the rest goes on.

    With shifted times all events move by one amount, the same in every pass, so that the last line happened when
    the first item was asked for. Only what can be read twice can be shifted: where a stream ends is not known
    before it does.

    Args:
        source: what to read.
        repeat: how many times to play it.
        times: "shift" shifts, "keep" leaves times as they are, "auto" shifts recordings of Jetstream frames only.
        clock: tells now.

    Raises:
        SourceError: the input cannot be read, holds nothing, or cannot be repeated or shifted.
    """

    finite = True

    def __init__(self, source: Input, *, repeat: int, times: Times, clock: Callable[[], datetime]) -> None:
        self._input = source
        self._repeat = repeat
        self._clock = clock
        self._closed = threading.Event()
        self._format: LineFormat | None = None
        self._last: datetime | None = None
        self._shift: timedelta | None = None
        if source.rewinds:
            self._format = self._first_format()
            if self._format is not None and (times == "shift" or (times == "auto" and self._format.recorded)):
                self._last = self._last_time(self._format)
        elif repeat != 1:
            raise SourceError(f"{source.name} can be read only once, not {repeat} times; save it to a file first")
        elif times == "shift":
            raise SourceError(f"the end of {source.name} is not known, so no shift; save it to a file first")

    def __iter__(self) -> Iterator[SourceItem]:
        """Play the input ``repeat`` times."""
        if self._shift is None:
            self._shift = _NO_SHIFT if self._last is None else self._clock() - self._last
        for _ in range(self._repeat):
            for number, line in enumerate(self._lines(), start=1):
                if self._closed.is_set():
                    return
                item = self._item(line, number, self._shift)
                if item is not None:
                    yield item

    def close(self) -> None:
        """End the iteration before its next item."""
        self._closed.set()
        self._input.close()

    def _lines(self) -> Iterator[bytes | Oversized]:
        return split_lines(self._input.chunks(), MAX_RAW_BYTES)

    def _item(self, line: bytes | Oversized, number: int, shift: timedelta) -> SourceItem | None:
        if isinstance(line, Oversized):
            return raw_event(line)
        if _blank(line):
            return None
        if self._format is None:
            self._format = format_of(line)
            if self._format is None:
                return raw_event(line)
            if self._format.recorded:
                _log.info("%s brings %s; their times are kept", self._input.name, self._format.name)
        return self._format.item(line, number, shift)

    def _first_format(self) -> LineFormat | None:
        empty = True
        for line in self._lines():
            if isinstance(line, Oversized):
                empty = False
            elif not _blank(line):
                empty = False
                if found := format_of(line):
                    return found
        if empty:
            raise SourceError(f"{self._input.name} is empty; give a file of SocialEvents or Jetstream frames")
        return None

    def _last_time(self, line_format: LineFormat) -> datetime:
        tail: deque[bytes] = deque()
        size = 0
        for line in self._lines():
            # Of an overlong line only a description is there, which tells no time, but it counts as a line.
            tail.append(line if isinstance(line, bytes) else b"")
            size += len(tail[-1])
            while len(tail) > _TAIL_LINES or size > _TAIL_BYTES:
                size -= len(tail.popleft())
        for last in reversed(tail):
            if (time := line_format.time(last)) is not None:
                return time
        raise SourceError(
            f"none of the last {len(tail)} lines of {self._input.name} tells its time, so no shift; keep its times"
        )


def _blank(line: bytes) -> bool:
    return not line or line.isspace()
