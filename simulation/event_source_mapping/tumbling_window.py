"""A shard's tumbling window: which records belong together, the function's state between them, and when it is over.

Source: "Implementing stateful Kinesis Data Streams processing in Lambda" and its DynamoDB twin. Windows are cut by when
the stream took a record. Each invocation gets the state that the one before returned; the window's last one has no
records, says that it is final, and its state is dropped. A state that grows beyond 1 MB ends the window early: the
function gets it once more, and the window goes on with none.
"""

import enum
import json
from datetime import UTC, datetime
from typing import Final

from simulation.event_source_mapping.records import PAYLOAD_LIMIT

STATE_LIMIT: Final = 1024 * 1024
"""Bytes of a state in JSON; one beyond it terminates the window early."""

NAMES_LIMIT: Final = 4096
"""Bytes kept free for the window's other fields, which are far shorter."""

FIELDS_LIMIT: Final = STATE_LIMIT + NAMES_LIMIT
"""Bytes that the window's fields add to an event of records at most."""

PATIENCE: Final = 120.0
"""Seconds after a window's end in which a record of it may still come. A later window's record ends it at once."""

_EMPTY: Final = b"{}"


class Closing(enum.Enum):
    """Why the function is invoked with a state and no records."""

    FINAL = "the window is over"
    EARLY = "the state is too large"


class TumblingWindow:
    """The windows of one shard, one after the other. Times are in epoch seconds."""

    def __init__(self, seconds: int, shard_id: str, stream_arn: str) -> None:
        """Begin with no window; the first record opens one."""
        self._seconds = seconds
        self._names = f',"shardId":{json.dumps(shard_id)},"eventSourceARN":{json.dumps(stream_arn)}'.encode()
        self._start = 0
        self._state = _EMPTY
        self.is_open = False
        self.shard_ended = False
        """Whether no record can come any more: then the window is over, whatever the time."""
        self.looked_at: float | None = None
        """When the last read of the shard began, if it found nothing."""

    @property
    def too_large(self) -> bool:
        """Whether the state exceeds its limit, so that the window is to be terminated early."""
        return len(self._state) > STATE_LIMIT

    @property
    def end(self) -> float:
        """Where the open window ends: records from this moment on belong to a later one."""
        return self._start + self._seconds

    def opened_for(self, arrived_at: float) -> None:
        """Open the window of a record, unless one is open.

        A record that arrived before the open window began counts to it: order goes before time.
        """
        if not self.is_open:
            self.is_open = True
            self._start = int(arrived_at // self._seconds) * self._seconds

    def closing(self, next_arrival: float | None, now: float) -> Closing | None:
        """Return what the function is to be told before more records, if anything.

        `next_arrival` is when the next record that waits arrived, None if none waits.
        """
        if self.too_large:
            return Closing.EARLY
        if not self.is_open:
            return None
        if next_arrival is not None:
            return Closing.FINAL if next_arrival >= self.end else None
        read_through = self.looked_at is not None and self.looked_at >= self.end
        return Closing.FINAL if self.shard_ended or (read_through and now >= self.end + PATIENCE) else None

    def wake(self) -> float | None:
        """When `closing` may have an answer although nothing else happens."""
        read_through = self.is_open and self.looked_at is not None and self.looked_at >= self.end
        return self.end + PATIENCE if read_through else None

    def take(self, state: bytes) -> None:
        """Keep the state that an invocation with records returned."""
        self._state = state

    def closed(self, closing: Closing) -> None:
        """The function was told: its state is dropped, and unless that was early, so is the window."""
        self._state = _EMPTY
        if closing is Closing.FINAL:
            self.is_open = False

    def fields(self, closing: Closing | None) -> bytes:
        """What an event of this window has besides its records: JSON, each field after a comma."""
        window = f',"window":{{"start":"{_instant(self._start)}","end":"{_instant(int(self.end))}"}}'
        flags = (
            f',"isFinalInvokeForWindow":{json.dumps(closing is Closing.FINAL)}'
            f',"isWindowTerminatedEarly":{json.dumps(closing is Closing.EARLY)}'
        )
        return window.encode() + b',"state":' + self._state + self._names + flags.encode()


def returned_state(payload: bytes) -> bytes | None:
    """The state in a function's answer, in JSON; None where there is none, which makes the invocation a failure.

    A state is an object, as in all of the page's examples. One that could not be sent back is none.
    """
    try:
        answer = json.loads(payload or b"null")
    except ValueError:
        return None
    state = answer.get("state") if isinstance(answer, dict) else None
    if not isinstance(state, dict):
        return None
    written = json.dumps(state, separators=(",", ":")).encode()
    return written if len(written) + NAMES_LIMIT <= PAYLOAD_LIMIT else None


def _instant(epoch: int) -> str:
    return f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%dT%H:%M:%SZ}"
