"""What a poller has done since it started, in numbers."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Counts of one event source mapping. `batches` are those the function acknowledged whole or in part."""

    reads: int = 0
    records: int = 0
    filtered: int = 0
    invocations: int = 0
    batches: int = 0
    acknowledged: int = 0
    partial: int = 0
    errors: int = 0
    retries: int = 0
    bisects: int = 0
    windows: int = 0
    """Tumbling windows whose final invocation succeeded."""
    windows_terminated_early: int = 0
    throttles: int = 0
    not_invoked: int = 0
    oversized: int = 0
    discarded: int = 0
    discarded_batches: int = 0
    refused_records: int = 0
    """Invocation records that the failure destination did not take; they are sent again."""
    read_throttles: int = 0
    read_failures: int = 0
    iterators_renewed: int = 0
    trimmed: int = 0
    """Reads that found their position older than the stream's oldest record: what lay between is lost."""
    vanished: int = 0
    """Shards that were gone before they had been read to their end: what was left in them is lost."""
