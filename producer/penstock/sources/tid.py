"""Timestamp identifiers of the AT Protocol, which name most records of its network."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SYNTAX: Final = re.compile("[2-7a-j][2-7a-z]{12}")
_DIGITS: Final = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")
_CLOCK_BITS: Final = 10


def tid_time(key: str) -> datetime | None:
    """Return the time that a TID encodes, exact to the microsecond, or none for a key that is no TID.

    A TID is a number of 64 bits in 13 digits of base 32: microseconds since 1970, then 10 bits that tell clocks
    apart (https://atproto.com/specs/tid).

    >>> tid_time("3jzfcijpj2z2a").isoformat()
    '2023-06-30T15:03:01.887007+00:00'
    """
    if not _SYNTAX.fullmatch(key):
        return None
    return _EPOCH + timedelta(microseconds=int(key.translate(_DIGITS), 32) >> _CLOCK_BITS)
