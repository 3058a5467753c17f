"""Whether a failed event would count if it were sent now. Pure."""

from typing import Final, NamedTuple

from consumers.failed_events import FailedEvent, Reason
from consumers.ingest.decode import Delivery, Record
from consumers.ingest.validate import validate
from consumers.redrive.fix_up import FixUp, FixUpError
from penstock.errors import InvalidEventError
from penstock.hash_keys import encode_partition_key

REFUSED: Final = "fix_up_refused"
"""Held back because the fix-up could not be applied."""
TOO_LARGE: Final = "too_large"
"""Held back because the stream takes no record of its size."""
NO_KEY: Final = "no_key"
"""Held back because Kinesis takes no such partition key."""
LEFT_ALONE: Final = "left_alone"
"""Held back because the fix-up's function returned None."""


class Resend(NamedTuple):
    """What to put on the stream for one failed event."""

    partition_key: str
    payloads: list[bytes]


class Held(NamedTuple):
    """A failed event that is not sent, since that would only make another failed event."""

    why: str
    """The reason it would fail for, or one of the constants above."""
    detail: str
    """A sentence without any of the event's values, but for what the fix-up says."""


def judge(
    event: FailedEvent, fix_up: FixUp, *, now_ms: int, dedup_seconds: int, record_bytes: int, unchecked: bool = False
) -> Resend | Held:
    """Apply a fix-up to a failed event and judge it as ingest would if it arrived at `now_ms`.

    Args:
        event: what failed.
        fix_up: what to change before.
        now_ms: epoch milliseconds.
        dedup_seconds: the dedup horizon.
        record_bytes: most bytes of a record and its key that the producer sends.
        unchecked: sends what would fail again too: for a stack that takes more than this code does.
    """
    try:
        payloads = fix_up.apply(event)
    except FixUpError as error:
        return Held(REFUSED, str(error))
    if not payloads:
        return Held(LEFT_ALONE, f"{fix_up.function_name} returned nothing to send")
    if held := _unsendable(event.partition_key, payloads, record_bytes):
        return held
    if not unchecked:
        sequence = int(event.sequence_number)
        record = Record(event.stream_arn, event.shard_id, event.sequence_number, sequence, now_ms)
        _, failed = validate([Delivery(record, event.partition_key, payloads)], dedup_seconds)
        if failed:
            first, *_ = failed
            # A damaged aggregate that goes out as it is comes back as one unreadable event, which says less.
            as_before = event.reason is Reason.DAMAGED_AGGREGATE and payloads == [event.data]
            why = event.reason if as_before else first.reason
            rules = "; ".join(": ".join(filter(None, rule)) for rule in first.errors)
            return Held(why, f"{_ADVICE[why]} ({rules})" if rules else _ADVICE[why])
    return Resend(event.partition_key, payloads)


def _unsendable(partition_key: str, payloads: list[bytes], record_bytes: int) -> Held | None:
    try:
        key = encode_partition_key(partition_key)
    except InvalidEventError as error:
        return Held(NO_KEY, str(error))
    largest = max(map(len, payloads)) + len(key)
    if largest <= record_bytes:
        return None
    return Held(
        TOO_LARGE,
        f"it has {largest:,} bytes with its partition key, a record at most {record_bytes:,}: make it smaller (--fix), "
        "or set PENSTOCK_MAX_RECORD_BYTES if the stream takes more",
    )


_ADVICE: Final = {
    Reason.UNREADABLE: "it is no JSON object: give a function that makes one of it (--fix)",
    Reason.INVALID: "it still breaks a rule of events: mend the field (--set, --fix)",
    Reason.DAMAGED_AGGREGATE: "its checksum or structure is wrong: give a function that takes events out of it (--fix)",
    Reason.FUTURE: "its time has not come yet: send it later, or mend its time (--set created_at=arrival)",
    Reason.TOO_LATE: (
        "it is older than the dedup horizon, so that nobody can tell whether it was counted: if it was not, mend its "
        "time (--set created_at=arrival), or raise DedupDays (docs/deploying.md)"
    ),
}
