"""The exceptions of the SDK: each says what was wrong, the value (shortened), and what to do about it.

``PenstockError`` is the root, so one ``except`` catches whatever the SDK raises on purpose. Exceptions under
``DeliveryError`` are set on the future of an event that will not be delivered; the others are raised at the call.
"""


class PenstockError(Exception):
    """Root of every exception that the SDK raises on purpose."""


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


class BufferFullError(PenstockError):
    """``put`` waited for room in the buffer as long as it was allowed to; the event was not taken."""


class FlushTimeoutError(PenstockError, TimeoutError):
    """``flush`` ended before all events had an outcome; those that remain are still being sent."""


class DeliveryError(PenstockError):
    """An event was taken and will not be delivered. Set on its future, never raised by ``put``.

    Attributes:
        code: Kinesis's error code for the last attempt, or none when no attempt was made.
        attempts: how many times the event's record was sent, 0 if never.
    """

    def __init__(self, message: str, *, code: str | None = None, attempts: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.attempts = attempts

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions travel between processes by pickle, which by default calls the class with its message alone.
        return (_rebuild, (type(self), str(self), self.code, self.attempts))


class StreamNotFoundError(DeliveryError):
    """The stream does not exist (``ResourceNotFoundException``), in this account and region at least."""


class AccessDeniedError(DeliveryError):
    """The credentials are missing, unknown, expired, or lack permission for the call."""


class EventTooLargeError(DeliveryError):
    """The event is larger than the largest record that the stream takes."""


class RequestRefusedError(DeliveryError):
    """Kinesis refused the call for a reason that repetition cannot cure."""


class UndeliveredError(DeliveryError):
    """The producer was closed before the event was acknowledged: it may or may not be in the stream."""


def _rebuild(kind: type[DeliveryError], message: str, code: str | None, attempts: int) -> DeliveryError:
    return kind(message, code=code, attempts=attempts)
