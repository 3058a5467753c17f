"""What a pipeline uses of AWS, in the amounts that are paid for."""

from dataclasses import dataclass, fields, replace
from typing import Final, Self

from load.configuration import CapacityMode

SECONDS_A_MONTH: Final = 730 * 3_600
"""As AWS reckons a month."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What one pipeline uses on average; rates are a second, bytes are bytes.

    Attributes:
        events: counted.
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

    def blended(self, other: Self, share: float) -> Self:
        """Return what is used if `other` is for a share (0 to 1) of the time, this for the rest of it."""
        changes = {}
        for name in (field.name for field in fields(self) if not field.name.endswith("_mode")):
            here, there = getattr(self, name), getattr(other, name)
            most = name.startswith("peak_") or name == "shards"
            changes[name] = max(here, there) if most else here + share * (there - here)
        return replace(self, **changes)
