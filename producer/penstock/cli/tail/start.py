"""``--from``: where in the stream to begin."""

import re
from datetime import UTC, datetime
from typing import Final

from penstock.cli.reading.lineage import LATEST, OLDEST, Position

_AGE: Final = re.compile(r"([0-9]{1,9})([smhd])", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_start(text: str, now: float) -> Position:
    """Return the position that is meant.

    Args:
        text: ``latest``, ``oldest``, an ISO 8601 time with its offset from UTC, or an age like ``10m``.
        now: seconds since the Unix epoch.

    Raises:
        ValueError: if it is none of these, or lies in the future, where Kinesis finds no position.

    >>> parse_start("1970-01-01T01:00:00+01:00", now=1e9)
    Position(kind='AT_TIMESTAMP', sequence_number=None, timestamp=0.0)
    """
    if text in {"latest", "oldest"}:
        return LATEST if text == "latest" else OLDEST
    age = _AGE.fullmatch(text)
    timestamp = now - int(age[1]) * _UNITS[age[2]] if age else _timestamp(text)
    if timestamp > now:
        raise ValueError(
            f"{text!r:.60} lies in the future: it is {datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}"
        )
    return Position("AT_TIMESTAMP", timestamp=max(0.0, timestamp))


def _timestamp(text: str) -> float:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    # A date alone is refused, too: it would be midnight somewhere.
    if time is None or time.tzinfo is None:
        raise ValueError(
            f"{text!r:.60} is none of latest, oldest, an age like 10m, or a time with its offset from UTC, "
            "like 2026-11-21T09:30:00Z"
        )
    return time.timestamp()
