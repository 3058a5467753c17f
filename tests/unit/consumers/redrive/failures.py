"""Failed events for tests."""

import json
from typing import Any

from consumers.failed_events import FailedEvent, FieldError, Reason

ARRIVED_MS = 1_795_253_410_500
"""2026-11-21T09:30:10.5Z"""
ARRIVED = "2026-11-21T09:30:10.500+00:00"
SHARD = "shardId-000000000001"
GOOD = {
    "event_id": "1",
    "kind": "post",
    "platform": "bluesky",
    "author": "ada",
    "created_at": "2026-11-21T09:30:00Z",
}


def payload(**changes: object) -> bytes:
    """Return an event as JSON; a field that is changed to None is left out."""
    return json.dumps({name: value for name, value in (GOOD | changes).items() if value is not None}).encode()


def a_failed_event(**changes: object) -> FailedEvent:
    fields: dict[str, Any] = {
        "reason": Reason.INVALID,
        "errors": (FieldError("kind", "Field required"),),
        "stream_arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/events",
        "shard_id": SHARD,
        "sequence_number": "4959",
        "sub_sequence_number": 3,
        "arrived_ms": ARRIVED_MS,
        "partition_key": "ada",
        "data": payload(),
    }
    return FailedEvent(**{**fields, **changes})
