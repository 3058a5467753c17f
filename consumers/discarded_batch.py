"""What Lambda writes to S3 when an event source mapping gives a batch up. Pure.

AWS Lambda Developer Guide, "Retain discarded batch records for a Kinesis Data Streams event source in Lambda": metadata
of the invocation, and in ``payload`` the event itself, as a string of JSON.
"""

import json
import re
from typing import Any, Final, NamedTuple

from pybase64 import b64decode

from consumers.failed_events import check_sequence_number

PREFIX: Final = "aws/lambda/"
"""What the names of Lambda's own objects begin with."""
KINESIS: Final = "KinesisBatchInfo"
DYNAMODB: Final = "DDBStreamBatchInfo"

_EVENT_ID: Final = re.compile("[a-zA-Z0-9_.-]{1,128}:[0-9]+")
"""A shard and a sequence number (Kinesis API, ``ShardId``)."""
_END_OF_TIME: Final = 253_402_300_800
"""10000-01-01, epoch seconds: no date has this."""


class DiscardedBatchError(ValueError):
    """An object that holds no batch of the event stream; the message says what it is instead."""


class DiscardedBatch(NamedTuple):
    """A batch of the event stream that was given up."""

    condition: str
    """Why: ``RetryAttemptsExhausted`` or ``RecordAgeExceeded``."""
    arrivals: tuple[str, str]
    """When its first and its last record arrived, in ISO 8601."""
    sound: list[dict[str, Any]]
    """Its records in order, as ingest would have been given them; each may hold many events."""
    odd: list[int]
    """Which of its records, counted from 1, are not of the documented shape."""

    @property
    def records(self) -> int:
        """How many Kinesis records it has."""
        return len(self.sound) + len(self.odd)


def read(document: dict[str, Any]) -> DiscardedBatch | None:
    """Read an invocation record; return nothing for one of rollup's, since the sweep repairs what that would have done.

    Raises:
        DiscardedBatchError: it is something else, or has no payload.
    """
    if DYNAMODB in document:
        return None
    try:
        information = document[KINESIS]
        payload = document["payload"]
        batch = json.loads(payload) if isinstance(payload, str) else payload
        records = batch["Records"]
        if not isinstance(records, list) or not records:
            raise TypeError("no records")  # noqa: TRY301 - one message for whatever is not as documented
        return DiscardedBatch(
            condition=str(document["requestContext"]["condition"]),
            arrivals=(
                str(information["approximateArrivalOfFirstRecord"]),
                str(information["approximateArrivalOfLastRecord"]),
            ),
            sound=[record for record in records if _is_sound(record)],
            odd=[number for number, record in enumerate(records, start=1) if not _is_sound(record)],
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DiscardedBatchError("is not the record of a discarded Kinesis batch with its payload") from error


def _is_sound(record: Any) -> bool:  # noqa: ANN401 - JSON of any shape
    try:
        kinesis = record["kinesis"]
        check_sequence_number(kinesis["sequenceNumber"])
        b64decode(kinesis["data"])
        arrived = kinesis["approximateArrivalTimestamp"]
        return (
            type(arrived) in (int, float)
            and 0 <= arrived < _END_OF_TIME  # which neither infinity nor NaN is
            and isinstance(kinesis["partitionKey"], str)
            and isinstance(record["eventSourceARN"], str)
            and _EVENT_ID.fullmatch(record["eventID"]) is not None
        )
    except (KeyError, TypeError, ValueError):
        return False
