"""Cursors: where the next page of a list begins, opaque to clients and checked when it comes back.

A cursor names the list it belongs to, so that all pages count the same time, and the last entry before the page by
its number and value, not by position: an entry that moved meanwhile shifts no others. A checksum tells a damaged cursor
from a good one; it is no secret, since a cursor grants nothing.
"""

import json
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any, Final, NamedTuple, Self

from consumers.counts import DIMENSIONS
from reporting.ranking import Sort
from reporting.windows import Window, format_seconds

_VERSION: Final = 2
_CHECKSUM_BYTES: Final = 6
_LAST_END: Final = 32_503_680_000
"""Start of the year 3000, where the last window ends: a forged cursor says nothing that dates can't hold."""


class CursorError(ValueError):
    """A cursor that is damaged, of another version, or of another list."""


class Listing(NamedTuple):
    """A list of a dimension's values, and the state of the counts it was made from."""

    dimension: str
    window: Window
    sort: Sort
    to: int
    """End of the window, epoch seconds."""
    as_of: int | None
    """Freshness of the counts, epoch milliseconds; None while there is none."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The end of one page of one list."""

    listing: Listing
    number: int
    """Count or rise, by what the list is in order of."""
    value: str

    def encode(self) -> str:
        """Return the cursor as text that needs no escaping in a URL."""
        fields = [_VERSION, *self.listing, self.number, self.value]
        payload = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        return urlsafe_b64encode(_checksum(payload) + payload).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read what `encode` wrote.

        Raises:
            CursorError: the text is no cursor of this version.
        """
        fields = _fields(text)
        if type(fields) is not list or fields[:1] != [_VERSION]:
            raise CursorError("is of another version: start again from the first page")
        try:
            dimension, window, sort, to, as_of, number, value = fields[1:]
            cursor = cls(Listing(dimension, Window(window), Sort(sort), to, as_of), number, value)
        except ValueError as error:
            raise CursorError("is no cursor: start again from the first page") from error
        if not cursor._sound():
            raise CursorError("is no cursor: start again from the first page")
        return cursor

    def check(self, dimension: str, window: Window, sort: Sort, end: int | None) -> None:
        """Make sure that the cursor belongs to this list; `end` is what the request itself says, if it does.

        Raises:
            CursorError: it belongs to another one.
        """
        own = self.listing
        if (own.dimension, own.window, own.sort) != (dimension, window, sort):
            raise CursorError(
                f"belongs to the list of {own.dimension} over {own.window} by {own.sort}, not to this one"
            )
        if end is not None and end != own.to:
            raise CursorError(f"belongs to the window up to {format_seconds(own.to)}, not to this end")

    def _sound(self) -> bool:
        own = self.listing
        return (
            own.dimension in DIMENSIONS
            and _is_whole(own.to)
            and own.to <= _LAST_END
            and own.to % own.window.level.seconds == 0
            and (own.as_of is None or _is_whole(own.as_of))
            and type(self.number) is int
            and isinstance(self.value, str)
        )


def _fields(text: str) -> Any:  # noqa: ANN401 - a forged cursor may hold any JSON
    try:
        raw = b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        checksum, payload = raw[:_CHECKSUM_BYTES], raw[_CHECKSUM_BYTES:]
        if checksum == _checksum(payload):
            return json.loads(payload)
    except (ValueError, RecursionError):
        pass  # answered below, as any damage is
    raise CursorError("is damaged: send next_cursor of the page before as it came")


def _is_whole(number: object) -> bool:
    return type(number) is int and number >= 0


def _checksum(payload: bytes) -> bytes:
    return blake2s(payload, digest_size=_CHECKSUM_BYTES, person=b"cursor").digest()
