"""What a pipeline uses of AWS, in the amounts that are paid for."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from load.configuration import CapacityMode

SECONDS_A_MONTH: Final = 730 * 3_600
"""As AWS reckons a month."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What one pipeline uses on average; rates are a second, bytes are bytes.

    Attributes:
        events: counted, in which copies of earlier ones are not.
        shards: provisioned; of an on-demand stream none are paid for.
        put_units: Kinesis's, of 25 KB a record.
        stream_bytes_in: of records, each rounded up to 1 KB.
        stream_bytes_out: read by all functions together.
        requests: invocations of all functions.
        gigabyte_seconds: of all functions.
        write_units, read_units: DynamoDB's, of both tables.
        peak_write_units, peak_read_units: the most of them a second, for which a provisioned table must be made.
        log_stored, trends_stored: bytes in the tables once as much expires as comes.
        logged: bytes of logs and metrics' lines.
        metrics: how many custom metrics there are.
        traces: recorded invocations.
    """

    events: float
    shards: float
    stream_mode: CapacityMode
    table_mode: CapacityMode
    put_units: float
    stream_bytes_in: float
    stream_bytes_out: float
    requests: float
    gigabyte_seconds: float
    write_units: float
    read_units: float
    peak_write_units: float
    peak_read_units: float
    log_stored: float
    trends_stored: float
    logged: float
    metrics: float
    traces: float


def blend(parts: Sequence[tuple[Usage, float]]) -> Usage:
    """Return what is used on average, if each of some is for so long; of peaks and shards the most."""
    first, whole = parts[0][0], sum(share for _, share in parts)
    changes = {}
    for name in (field.name for field in fields(Usage) if not field.name.endswith("_mode")):
        most = name.startswith("peak_") or name == "shards"
        values = [(getattr(usage, name), share) for usage, share in parts]
        changes[name] = (
            max(value for value, _ in values) if most else sum(value * share for value, share in values) / whole
        )
    return replace(first, **changes)
