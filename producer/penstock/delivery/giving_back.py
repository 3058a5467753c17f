"""Giving events back that are too old, or in the way of younger ones."""

from penstock.config import ProducerConfig
from penstock.delivery.ages import Ages
from penstock.delivery.departures import Departures
from penstock.delivery.ledger import Ledger
from penstock.delivery.record import Record
from penstock.errors import DroppedError, ExpiredError


class GivingBack:
    """Fails the oldest events that are not in flight. Those in flight are left to their answers.

    Args:
        config: options.
        ledger: the book of events without an outcome.
        departures: where records wait.
        ages: tells which have lived too long.
    """

    def __init__(self, config: ProducerConfig, ledger: Ledger, departures: Departures, ages: Ages) -> None:
        self._config = config
        self._ledger = ledger
        self._departures = departures
        self._ages = ages

    def expire_waiting(self) -> None:
        """Fail what has lived too long and is not in flight."""
        while (record := self._departures.oldest) is not None and self._ages.expired(record):
            self._departures.withdraw(record)
            self._expire(record)

    def expire_answered(self, record: Record) -> bool:
        """Fail a record whose attempt has failed, if it has lived too long; tell whether that is so."""
        if not self._ages.expired(record):
            return False
        self._expire(record)
        self._departures.done(record)
        return True

    def make_room(self, size: int) -> bool:
        """Fail the oldest events until there is room for so many bytes of data; tell whether there is."""
        while self._ledger.free < size:
            record = self._departures.oldest
            if record is None:
                return False
            self._departures.withdraw(record)
            message = (
                f"the buffer was full and the event was its oldest; {_trace(record)}; it needs more shards, fewer "
            )
            self._ledger.fail(record, DroppedError, message + "events, or a larger buffer_bytes", None)
        return True

    def _expire(self, record: Record) -> None:
        code = record.attempts[-1].error_code if record.attempts else None
        message = (
            f"the event was not acknowledged within {self._config.time_to_live_seconds} s and {record.tries} attempts"
            f"{f', the last of which ended in {code}' if code else ''}; {_trace(record)}; put it again, or set a "
            "longer time_to_live_seconds"
        )
        self._ledger.fail(record, ExpiredError, message, code)


def _trace(record: Record) -> str:
    if record.maybe_written or record.misplaced:
        return "it may be in the stream all the same"
    return "it is not in the stream"
