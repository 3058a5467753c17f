"""When a recorded event happened: of events as producers put them, and of frames as Jetstream sends them."""

import json
from datetime import UTC, datetime

from penstock.sources.jetstream import read_frame


def happened(line: str) -> float | None:
    """Return when the event of a line of JSON happened, epoch seconds; none if the line is a frame about no event.

    An event has ``created_at``, UTC where it has no zone. A frame has ``time_us``, when Jetstream saw the change; what
    is an event among them is what the source makes one of (`penstock.sources.jetstream`).

    >>> happened('{"created_at": "1970-01-01T00:00:01.5"}')
    1.5
    >>> happened('{"kind": "identity", "time_us": 1500000}') is None
    True

    Raises:
        ValueError, KeyError, TypeError, OverflowError, RecursionError: it is neither.
    """
    found = json.loads(line)
    if "time_us" in found and "created_at" not in found:
        time_us, item = read_frame(line.encode())
        if item is None:
            return None
        if time_us is None:
            raise ValueError(line)
        return time_us / 1e6
    at = datetime.fromisoformat(found["created_at"])
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
