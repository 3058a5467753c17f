"""Reads a function's answer: how much of a batch it acknowledges.

Rules of "Configuring partial batch response with Kinesis Data Streams and Lambda" and its DynamoDB twin.
"""

import json
from collections.abc import Sequence

from simulation.event_source_mapping.invocation import Answered, FunctionFailed
from simulation.event_source_mapping.records import StreamRecord


def acknowledged(records: Sequence[StreamRecord], result: Answered | FunctionFailed, *, reports_failures: bool) -> int:
    """How many of the batch's first records are done; the rest is to be retried.

    All of them is a success, none a complete failure. With ReportBatchItemFailures the lowest sequence number
    among the failures is where the rest begins. An answer that is neither documented as a success nor names
    records of the batch is a complete failure, so that a mistake of the function's loses nothing.
    """
    if isinstance(result, FunctionFailed):
        return 0
    if not reports_failures:
        return len(records)
    places = {record.sequence_number: place for place, record in enumerate(records)}
    # A batch is in the order of its shard, so the earliest place is the lowest sequence number. What is no
    # sequence number of the batch makes the whole of it a failure.
    failures = (places.get(each, 0) if isinstance(each, str) else 0 for each in _identifiers(result.payload))
    return min(failures, default=len(records))


def _identifiers(payload: bytes) -> list[object]:
    """The itemIdentifiers of an answer, with None for what is malformed; empty for a complete success.

    An absent, null or empty answer, and one whose batchItemFailures are, is a success.
    """
    try:
        answer = json.loads(payload or b"null")
    except ValueError:
        return [None]
    if not answer:
        return []
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else [None]
    if not failures:
        return []
    if not isinstance(failures, list):
        return [None]
    return [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
