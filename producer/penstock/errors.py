"""The exceptions of the SDK: each says what was wrong, the value (shortened), and what to do about it.

``PenstockError`` is the root, so one ``except`` catches whatever the SDK raises on purpose. Exceptions under
``DeliveryError`` are what the future of an undelivered event holds; the others are raised at the call.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.aggregation import UserRecord
    from penstock.delivery.outcomes import Attempt


class PenstockError(Exception):
    """Root of every exception that the SDK raises on purpose.

    Attributes:
        futures: when ``put_many`` raises it, those of the events that were taken before it.
    """

    futures: "Sequence[Any]" = ()


class DamagedAggregateError(PenstockError):
    """A record begins like a KPL aggregate and cannot be read as one.

    Attributes:
        reason: what is wrong with it, in a few words, without the record's bytes.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ConfigurationError(PenstockError, ValueError):
    """An option lies outside what it may be; the message names the option, its value and its limits."""


class InvalidEventError(PenstockError, ValueError):
    """What was given to ``put`` is no event: a rule of ``SocialEvent`` is broken, or a key cannot be used."""


class ShardMapError(PenstockError):
    """The open shards of a stream, as listed, leave a hash key without a shard or give it two."""


class ProducerClosedError(PenstockError):
    """``put`` was called on a producer that has been closed."""


class ForkedProducerError(ProducerClosedError):
    """A producer was used in a process forked from its own: threads are not forked. Make a producer after the fork."""


class WrongLoopError(PenstockError, RuntimeError):
    """An ``AsyncProducer`` was used on another event loop than its own, or without one. Make one for each loop."""


class BufferFullError(PenstockError, TimeoutError):
    """``put`` waited for room in the buffer as long as it was allowed to; the event was not taken."""


class SpoolError(PenstockError):
    """The spool's directory cannot be used: another process has it, it cannot be written, or its disk is full.

    Raised by ``put``, it says that the event was not taken, or that it may not survive the machine.
    """


class FlushTimeoutError(PenstockError, TimeoutError):
    """``flush`` ended before all events had an outcome; those that remain are still being sent."""


class DeliveryError(PenstockError):
    """An event was taken and will not be delivered. Held by its future, never raised by ``put``.

    Attributes:
        code: the error code that decided it, none when no call was made.
        attempts: the last calls that carried the event, oldest first; empty if there was none.
        event: the event itself, to put again or to keep elsewhere.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        attempts: "tuple[Attempt, ...]" = (),
        event: "UserRecord | None" = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.attempts = attempts
        self.event = event

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions travel between processes by pickle, which by default calls the class with the message alone.
        return _rebuild, (type(self), str(self), self.code, self.attempts, self.event)


class StreamNotFoundError(DeliveryError):
    """The stream does not exist (``ResourceNotFoundException``), in this account and region at least."""


class AccessDeniedError(DeliveryError):
    """The credentials are missing, unknown, expired, or lack permission for the call."""


class EventTooLargeError(DeliveryError):
    """The event is larger than the largest record that the stream takes."""


class RequestRefusedError(DeliveryError):
    """Kinesis refused the event's record for a reason that repetition cannot cure."""


class ThrottledError(DeliveryError):
    """Kinesis throttled the event's record, and the producer was told not to try again (``fail_if_throttled``)."""


class ExpiredError(DeliveryError):
    """The event was not acknowledged within its time to live. A failed attempt may have written it all the same."""


class DroppedError(DeliveryError):
    """The event was the oldest when the buffer was full, and made room for a younger one (``drop_oldest``)."""


class UndeliveredError(DeliveryError):
    """The producer was closed before the event was acknowledged: it may or may not be in the stream."""


def _rebuild(
    kind: type[DeliveryError],
    message: str,
    code: str | None,
    attempts: "tuple[Attempt, ...]",
    event: "UserRecord | None",
) -> DeliveryError:
    return kind(message, code=code, attempts=attempts, event=event)
