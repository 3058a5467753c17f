"""What the core asks for and what it is answered: plain values, whoever makes the calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from penstock.delivery.record import Record


@dataclass(frozen=True, eq=False, slots=True)
class PutRecords:
    """Make a PutRecords call.

    Attributes:
        records: what to put, in this order.
        started: when, by the core's clock.
    """

    records: Sequence[Record]
    started: float

    def entries(self) -> list[dict[str, Any]]:
        """Return the call's ``Records``. Makes the records' bytes on first use, so best outside of locks."""
        entries: list[dict[str, Any]] = []
        for record in self.records:
            entry: dict[str, Any] = {"Data": record.data(), "PartitionKey": record.partition_key}
            if record.explicit_hash_key is not None:
                entry["ExplicitHashKey"] = record.explicit_hash_key
            entries.append(entry)
        return entries


@dataclass(frozen=True, eq=False, slots=True)
class ListShards:
    """Make a ListShards call, for open and closed shards: without a filter.

    Attributes:
        next_token: of the page to ask for, none for the first.
    """

    next_token: str | None


Call = PutRecords | ListShards


class RecordAnswer(NamedTuple):
    """What PutRecords says of one record: where it is, or else an error."""

    shard_id: str = ""
    sequence_number: str = ""
    error_code: str | None = None
    error_message: str = ""


@dataclass(frozen=True, slots=True)
class PutRecordsAnswer:
    """PutRecords' answer: one entry for each record of the call, in its order."""

    records: Sequence[RecordAnswer]


@dataclass(frozen=True, slots=True)
class ListShardsAnswer:
    """A page of ListShards' answer: its ``Shards`` as they came, and where the next page begins, if there is one."""

    shards: Sequence[Mapping[str, Any]]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class CallFailure:
    """A call that brought no answer, or an error as one.

    Attributes:
        code: AWS's error code, or the name of the client's exception.
        message: what the error says.
        status: the HTTP status, none if there was no answer: then the call may have been carried out.
    """

    code: str
    message: str
    status: int | None


Answer = PutRecordsAnswer | ListShardsAnswer | CallFailure

MALFORMED: Final = "MalformedAnswer"
"""The error code of an answer that makes no sense. Whether the call was carried out is open, so it is repeated."""
