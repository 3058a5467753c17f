"""What Lambda writes to S3 when an event source mapping gives a batch up. Pure.

AWS Lambda Developer Guide, "Retain discarded batch records for a Kinesis Data Streams event source in Lambda": metadata
of the invocation, and in ``payload`` the event itself, as a string of JSON.
"""

import json
from typing import Any, Final, NamedTuple

KINESIS: Final = "KinesisBatchInfo"
DYNAMODB: Final = "DDBStreamBatchInfo"


class DiscardedBatchError(ValueError):
    """An object that holds no batch of the event stream; the message says what it is instead."""


class DiscardedBatch(NamedTuple):
    """A batch of the event stream that was given up."""

    condition: str
    """Why: ``RetryAttemptsExhausted`` or ``RecordAgeExceeded``."""
    arrivals: tuple[str, str]
    """When its first and its last record arrived, in ISO 8601."""
    batch: dict[str, Any]
    """What ingest would have been given: ``Records`` in order."""

    @property
    def records(self) -> int:
        """How many Kinesis records it has; each may hold many events."""
        return len(self.batch["Records"])


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
            batch=batch,
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DiscardedBatchError("is not the record of a discarded Kinesis batch with its payload") from error
