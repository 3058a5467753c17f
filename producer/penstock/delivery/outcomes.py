"""What can become of an event."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from penstock.aggregation import UserRecord
from penstock.errors import DeliveryError

if TYPE_CHECKING:
    from penstock.delivery.completion import Completion


class Attempt(NamedTuple):
    """One PutRecords call that carried an event.

    Attributes:
        number: 1 for the first.
        started_at: when the call was made, in seconds since the Unix epoch.
        seconds: how long its answer took.
        error_code: Kinesis's error code or the name of the client's exception, none if the event got through.
    """

    number: int
    started_at: float
    seconds: float
    error_code: str | None


class PutResult(NamedTuple):
    """Where an acknowledged event is.

    Attributes:
        shard_id: the shard.
        sequence_number: of the Kinesis record that holds the event, a decimal number.
        attempts: the calls that carried that record, oldest first, the last 32 at most.
    """

    shard_id: str
    sequence_number: str
    attempts: tuple[Attempt, ...]


class Failure:
    """Why the events of a record will not be delivered.

    Attributes:
        kind: the exception that each event's future holds.
        message: what was wrong and what to do.
        code: the error code that decided it, none if no call was made.
        attempts: the calls that carried the record.
    """

    def __init__(
        self,
        kind: type[DeliveryError],
        message: str,
        *,
        code: str | None,
        attempts: tuple[Attempt, ...],
        read_events: Callable[[], list[UserRecord]],
    ) -> None:
        self.kind = kind
        self.message = message
        self.code = code
        self.attempts = attempts
        self._read_events = read_events
        self._events: list[UserRecord] | None = None

    def error(self, index: int) -> DeliveryError:
        """Return a new exception for the record's event at ``index``."""
        return self.kind(self.message, code=self.code, attempts=self.attempts, event=self.events[index])

    @property
    def events(self) -> list[UserRecord]:
        """The events, read from the record only when someone asks, and once."""
        events = self._events
        if events is None:
            events = self._events = self._read_events()
        return events


class Moved(NamedTuple):
    """The events of a record go on in other records: by index, whose completion tells, and at which index there."""

    targets: "Sequence[tuple[Completion, int]]"


Outcome = PutResult | Failure | Moved
