"""Cutting a stream of bytes into lines, in bounded memory."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from penstock.sources.source import Oversized, oversized

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def split_lines(chunks: Iterable[bytes], limit: int) -> Iterator[bytes | Oversized]:
    r"""Yield each line without its end (``\n`` or ``\r\n``), as soon as its end has been read.

    A UTF-8 byte order mark before the first line belongs to the file, not to the line, and is dropped. The last
    line needs no end. Of a line longer than ``limit`` bytes only a description is yielded, and at most ``limit``
    bytes plus a chunk are held at any time, however long the line.

    >>> list(split_lines([b"on", b"e\r\ntwo\n\nthree"], limit=100))
    [b'one', b'two', b'', b'three']
    """
    first = True
    held = _Held(limit)
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for line in ended:
            whole = held.end(line)
            if first:
                whole, first = _without_mark(whole), False
            yield whole
        held.add(rest)
    if held.size:
        last = held.end(b"")
        yield _without_mark(last) if first else last


def _without_mark(line: bytes | Oversized) -> bytes | Oversized:
    return line.removeprefix(BYTE_ORDER_MARK) if isinstance(line, bytes) else line


class _Held:
    """The beginning of a line whose end has not been read yet: its bytes, or their digest once they are too many."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._start()

    def _start(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []
        self._digest = hashlib.sha256()
        self._beginning: bytes | None = None

    def add(self, part: bytes) -> None:
        if not part:
            return
        self.size += len(part)
        if self._beginning is None:
            self._parts.append(part)
            if self.size > self._limit:
                whole = b"".join(self._parts)
                self._digest.update(whole)
                self._beginning = oversized(whole).beginning
                self._parts.clear()
        else:
            self._digest.update(part)

    def end(self, part: bytes) -> bytes | Oversized:
        if not self.size and len(part) <= self._limit:  # nearly every line
            return part.removesuffix(b"\r")
        self.add(part)
        line: bytes | Oversized
        if self._beginning is None:
            line = b"".join(self._parts).removesuffix(b"\r")
        else:
            line = Oversized(self.size, self._digest.hexdigest(), self._beginning)
        self._start()
        return line
