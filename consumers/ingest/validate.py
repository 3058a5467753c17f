"""The verdict on each payload: an event that counts, or a failed event with its reason. Pure."""

import math
from collections.abc import Iterable
from typing import Final

from pydantic import TypeAdapter, ValidationError

from consumers.failed_events import FailedEvent, FieldError, Reason
from consumers.ingest.decode import Arrival
from consumers.pane_log.fold import ValidEvent
from penstock.events import SocialEvent

FUTURE_SECONDS: Final = 300
"""How far a client's clock may be ahead of Kinesis's."""

MAX_FIELD_ERRORS: Final = 20
"""Errors kept of one payload; the raw bytes are kept anyway."""

_from_json: Final = TypeAdapter(SocialEvent).validator.validate_json
"""`SocialEvent.model_validate_json` without its wrapper, which is a sixth of its cost."""

_NOT_AN_OBJECT: Final = frozenset({"json_invalid", "model_type"})
"""Pydantic's error types for a payload that isn't JSON, or is JSON but no object."""


def validate(
    arrivals: Iterable[Arrival], dedup_seconds: int, forgotten_before: float = -math.inf
) -> tuple[list[ValidEvent], list[FailedEvent]]:
    """Judge each arrival.

    Time rules compare event time with the record's arrival time, never with the clock, so that a redelivery can't
    change a verdict: later than five minutes after arrival is `future`, older than the dedup horizon `too_late`.

    Args:
        arrivals: payloads and where they came from.
        dedup_seconds: the dedup horizon.
        forgotten_before: for records that come from elsewhere than the stream, long after it had them: segments of
            event times before this (epoch seconds) have expired, so that such an event is `too_late` too.
    """
    valid: list[ValidEvent] = []
    failed: list[FailedEvent] = []
    for arrival in arrivals:
        record = arrival.record
        try:
            event: SocialEvent = _from_json(arrival.data)
        except ValidationError as error:
            failed.append(_refuse(arrival, error))
            continue
        created = event.created_at.timestamp()
        age = record.arrived_ms / 1000 - created
        if age < -FUTURE_SECONDS:
            rule = FieldError("created_at", f"more than {FUTURE_SECONDS} s later than the record's arrival")
            failed.append(arrival.failed(Reason.FUTURE, (rule,)))
            continue
        if age > dedup_seconds:
            rule = FieldError("created_at", f"more than {dedup_seconds} s older than the record's arrival")
            failed.append(arrival.failed(Reason.TOO_LATE, (rule,)))
            continue
        if created < forgotten_before:
            rule = FieldError("created_at", "so old that the pane log no longer knows whether it was counted")
            failed.append(arrival.failed(Reason.TOO_LATE, (rule,)))
            continue
        if "event_id" not in event.model_fields_set:
            derived = derived_event_id(record.shard_id, record.sequence_number, arrival.sub_sequence_number)
            event = event.model_copy(update={"event_id": derived})
        valid.append(ValidEvent(event, created, record.arrived_ms, record.sequence))
    return valid, failed


def derived_event_id(shard_id: str, sequence_number: str, sub_sequence_number: int) -> str:
    """Derive an id from the event's place in the stream, which a redelivery does not change."""
    return f"{shard_id}:{sequence_number}:{sub_sequence_number}"


def _refuse(arrival: Arrival, error: ValidationError) -> FailedEvent:
    # Neither input values nor contexts, which can hold them: errors are shown and logged, payloads are not.
    details = error.errors(include_url=False, include_context=False, include_input=False)
    unreadable = details[0]["type"] in _NOT_AN_OBJECT and not details[0]["loc"]
    errors = tuple(
        FieldError(".".join(map(str, detail["loc"])), detail["msg"]) for detail in details[:MAX_FIELD_ERRORS]
    )
    return arrival.failed(Reason.UNREADABLE if unreadable else Reason.INVALID, errors)
