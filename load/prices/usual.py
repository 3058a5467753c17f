"""What the usual design costs: a record, a marker and a write for each hashtag, for each event by itself.

Powertools' idempotency puts a marker and updates it (Powertools for AWS Lambda, "Idempotency"); the function adds 1 to
a counter for each hashtag. Of a copy of an earlier event the put is refused, which is paid for all the same (Amazon
DynamoDB Developer Guide, "Working with items and attributes", on conditional writes), and nothing follows. All items
are smaller than 1 KB, so each write is a unit. Events are plain records.
"""

from math import ceil
from typing import Final

from load.configuration import CapacityMode
from load.prices.cost import Cost, cost
from load.prices.table import Prices
from load.prices.usage import Usage

PUT_UNITS: Final = 1.0
"""Of a marker, for each event."""
UPDATE_UNITS: Final = 1.0
"""Of it, for each event that is no copy."""
FUNCTION_SECONDS: Final = 0.004
"""Processor time an event, without waiting for calls (docs/performance.md)."""
CALL_SECONDS: Final = 0.004
"""Waited for each write, one after another."""
BATCH: Final = 100
"""Records an invocation: Lambda's default."""
MEMORY_GIGABYTES: Final = 1.0
SHARD_RECORDS: Final = 1_000.0
SHARD_BYTES: Final = 2.0**20
STORED_DAYS: Final = 7
MARKER_BYTES: Final = 250
LOG_BYTES: Final = 700
"""An invocation: a metrics' line and a log line."""


def usual(
    rate: float, peak: float, event_bytes: float, hashtags: float, prices: Prices, *, duplicates: float = 0.0
) -> Cost:
    """Return what it costs to take `rate` events a second on average, `peak` at most, in the usual way.

    So large a share of them as `duplicates` are copies, which are not counted.
    """
    new = rate * (1 - duplicates)
    writes = rate * PUT_UNITS + new * (UPDATE_UNITS + hashtags)
    invocations = rate / BATCH
    return cost(
        Usage(
            events=new,
            shards=max(1, ceil(max(peak / SHARD_RECORDS, peak * event_bytes / SHARD_BYTES))),
            stream_mode=CapacityMode.PROVISIONED,
            table_mode=CapacityMode.ON_DEMAND,
            put_units=rate * ceil(event_bytes / (25 * 1024)),
            stream_bytes_in=rate * ceil(event_bytes / 1024) * 1024,
            stream_bytes_out=rate * event_bytes,
            requests=invocations,
            gigabyte_seconds=(rate * FUNCTION_SECONDS + writes * CALL_SECONDS) * MEMORY_GIGABYTES,
            write_units=writes,
            read_units=0.0,
            peak_write_units=writes * peak / rate if rate else 0.0,
            peak_read_units=0.0,
            log_stored=new * MARKER_BYTES * STORED_DAYS * 86_400,
            trends_stored=0.0,
            logged=invocations * LOG_BYTES,
            metrics=0.0,
            traces=min(invocations, 1 + 0.05 * max(invocations - 1, 0.0)),
        ),
        prices,
    )
