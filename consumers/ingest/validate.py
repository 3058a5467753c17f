"""The verdict on each payload: an event that counts, or a failed event with its reason. Pure."""

import math
from collections.abc import Iterable
from typing import Final

from pydantic import ValidationError

from consumers.failed_events import FailedEvent, FieldError, Reason
from consumers.ingest.decode import Delivery
from consumers.ingest.reader import EventReader
from consumers.pane_log.fold import ValidEvent

FUTURE_SECONDS: Final = 300
"""How far a client's clock may be ahead of Kinesis's."""

MAX_FIELD_ERRORS: Final = 20
"""Errors kept of one payload; the raw bytes are kept anyway."""

_NOT_AN_OBJECT: Final = frozenset({"json_invalid", "model_type"})
"""Pydantic's error types for a payload that isn't JSON, or is JSON but no object."""


_reader: Final = EventReader()


def validate(
    deliveries: Iterable[Delivery], dedup_seconds: int, forgotten_before: float = -math.inf
) -> tuple[list[ValidEvent], list[FailedEvent]]:
    """Judge each payload.

    Time rules compare event time with the record's arrival time, never with the clock, so that a redelivery can't
    change a verdict: later than five minutes after arrival is `future`, older than the dedup horizon `too_late`. What
    the log has forgotten is the exception: it is refused whenever it comes.

    Args:
        deliveries: payloads and where they came from.
        dedup_seconds: the dedup horizon.
        forgotten_before: segments of event times before this (epoch seconds) may have expired, so that such an event
            is `too_late` too. So it is for a while after a raise of the horizon (`consumers.pane_log.horizon`), and for
            records that come from elsewhere than the stream, long after it had them.
    """
    valid: list[ValidEvent] = []
    failed: list[FailedEvent] = []
    read, accept = _reader.read, valid.append
    for delivery in deliveries:
        record = delivery.record
        arrived_ms, sequence = record.arrived_ms, record.sequence
        arrived = arrived_ms / 1000
        for place, data in enumerate(delivery.payloads):
            try:
                event = read(data, arrived_ms, sequence)
            except ValidationError as error:
                failed.append(_refuse(delivery, place, error))
                continue
            age = arrived - event.created
            if age < -FUTURE_SECONDS:
                rule = FieldError("created_at", f"more than {FUTURE_SECONDS} s later than the record's arrival")
                failed.append(delivery.failed(place, Reason.FUTURE, (rule,)))
            elif age > dedup_seconds:
                rule = FieldError("created_at", f"more than {dedup_seconds} s older than the record's arrival")
                failed.append(delivery.failed(place, Reason.TOO_LATE, (rule,)))
            elif event.created < forgotten_before:
                rule = FieldError("created_at", "so old that the pane log no longer knows whether it was counted")
                failed.append(delivery.failed(place, Reason.TOO_LATE, (rule,)))
            elif event.event_id:
                accept(event)
            else:
                derived = derived_event_id(record.shard_id, record.sequence_number, delivery.first + place)
                accept(event._replace(event_id=derived))
    return valid, failed


def derived_event_id(shard_id: str, sequence_number: str, sub_sequence_number: int) -> str:
    """Derive an id from the event's place in the stream, which a redelivery does not change."""
    return f"{shard_id}:{sequence_number}:{sub_sequence_number}"


def _refuse(delivery: Delivery, place: int, error: ValidationError) -> FailedEvent:
    # Neither input values nor contexts, which can hold them: errors are shown and logged, payloads are not.
    details = error.errors(include_url=False, include_context=False, include_input=False)
    unreadable = details[0]["type"] in _NOT_AN_OBJECT and not details[0]["loc"]
    errors = tuple(
        FieldError(".".join(map(str, detail["loc"])), detail["msg"]) for detail in details[:MAX_FIELD_ERRORS]
    )
    return delivery.failed(place, Reason.UNREADABLE if unreadable else Reason.INVALID, errors)
