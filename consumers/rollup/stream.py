"""Reading the pane log's stream as Lambda delivers it, and answering which record to begin again with.

Source of both forms: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" (event) and "Configuring
partial batch response with DynamoDB and Lambda" (answer).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

from consumers.pane_log import segment as segments
from consumers.pane_log.segment import Segment, SegmentFormatError


class StreamRecord(NamedTuple):
    """A segment that was put into the log, and its place in the stream."""

    sequence_number: str
    segment: Segment


class UnreadRecord(NamedTuple):
    """A record whose segment this code can't read, and its place in the stream."""

    sequence_number: str
    error: SegmentFormatError


class BatchItemFailure(TypedDict):
    """A record to begin again with."""

    itemIdentifier: str


class BatchAnswer(TypedDict):
    """What Lambda expects of a function with ``ReportBatchItemFailures``."""

    batchItemFailures: list[BatchItemFailure]


def read_batch(event: Mapping[str, Any]) -> tuple[list[StreamRecord], list[UnreadRecord]]:
    """Return the segments in a batch, and the records that hold something else.

    Removals, which are expiry, and modifications, which the log does not have, are left out.

    Raises:
        KeyError: the event is not one of a DynamoDB stream with new images.
    """
    read: list[StreamRecord] = []
    unread: list[UnreadRecord] = []
    for record in event["Records"]:
        if record["eventName"] != "INSERT":
            continue
        change = record["dynamodb"]
        sequence_number = change["SequenceNumber"]
        try:
            read.append(StreamRecord(sequence_number, segments.decode(change["NewImage"])))
        except SegmentFormatError as error:
            unread.append(UnreadRecord(sequence_number, error))
    return read, unread


def answer(failed: Sequence[str]) -> BatchAnswer:
    """Return the answer for the sequence numbers of the records that failed.

    Lambda begins again at the lowest one, so that alone is named. They are numbers of different length: compared as
    text, "9" would come after "10".

    >>> answer(["1000", "999"])
    {'batchItemFailures': [{'itemIdentifier': '999'}]}
    """
    if not failed:
        return {"batchItemFailures": []}
    return {"batchItemFailures": [{"itemIdentifier": min(failed, key=int)}]}
