"""The book of events without an outcome: what they hold of the buffer, and what becomes of them."""

from collections import Counter
from types import MappingProxyType
from typing import Final

from penstock.delivery.completion import Observer
from penstock.delivery.outcomes import Failure, PutResult
from penstock.delivery.record import Record
from penstock.delivery.statistics import Statistics
from penstock.errors import DeliveryError

_KEYS_BYTES: Final = 2048
"""More than an event's keys and its record's framing can take: so room is checked by the data alone."""


class Ledger:
    """Knows every record that is neither acknowledged nor failed, and settles each once.

    Args:
        buffer_bytes: what the events may hold in all.

    Attributes:
        free: bytes of data that the next event may have. Whoever adds an event subtracts its charge.
        observers: to be called by the shell, since the events they wait for have an outcome.
        calls: PutRecords calls answered or failed.
        retries: how often a record was set aside for another try.
        resent: how often an event was sent again because a split took it to the wrong shard.
        errors_by_code: failures of records and of calls.
    """

    def __init__(self, buffer_bytes: int) -> None:
        self._capacity = buffer_bytes - _KEYS_BYTES
        self._pending: dict[Record, None] = {}
        self._put = self._failed = self._records_put = self._data_put = 0
        self.free = self._capacity
        self.observers: list[Observer] = []
        self.calls = 0
        self.retries = 0
        self.resent = 0
        self.errors_by_code: Counter[str] = Counter()

    def __contains__(self, record: Record) -> bool:
        """Tell whether a record is without an outcome."""
        return record in self._pending

    @property
    def pending(self) -> list[Record]:
        """The records without an outcome."""
        return list(self._pending)

    def open(self, record: Record) -> None:
        """Note a new record."""
        self._pending[record] = None

    def put(self, record: Record, result: PutResult) -> None:
        """Settle a record as acknowledged."""
        self._put += record.count
        self.close(record)
        self.observers += record.completion.settle(result)

    def fail(self, record: Record, kind: type[DeliveryError], message: str, code: str | None) -> None:
        """Settle a record as undeliverable."""
        self.close(record)
        self.refuse(record, kind, message, code)

    def refuse(self, record: Record, kind: type[DeliveryError], message: str, code: str | None) -> None:
        """Settle as undeliverable a record that was never opened nor charged."""
        self._failed += record.count
        failure = Failure(kind, message, code=code, attempts=record.attempts, read_events=record.user_records)
        self.observers += record.completion.settle(failure)

    def close(self, record: Record) -> None:
        """Forget a record whose events go on in others, or are settled; its room is free again."""
        del self._pending[record]
        self.free += record.charge

    def written(self, record: Record) -> None:
        """Count a record that Kinesis has acknowledged, wherever it went."""
        self._records_put += 1
        self._data_put += record.size

    def settled_until(self, serial: int) -> bool:
        """Tell whether all records as old as this or older have an outcome."""
        return all(record.serial > serial for record in self._pending)

    def statistics(self, *, calls_in_flight: int, shards: int) -> Statistics:
        """Return a snapshot, completed with what the ledger does not know."""
        pending = sum(record.count for record in self._pending)
        return Statistics(
            user_records_received=pending + self._put + self._failed,
            user_records_pending=pending,
            user_records_put=self._put,
            user_records_failed=self._failed,
            user_records_resent=self.resent,
            kinesis_records_put=self._records_put,
            kinesis_records_data_put=self._data_put,
            calls=self.calls,
            calls_in_flight=calls_in_flight,
            retries=self.retries,
            errors_by_code=MappingProxyType(dict(self.errors_by_code)),
            buffered_bytes=self._capacity - self.free,
            shards=shards,
        )
