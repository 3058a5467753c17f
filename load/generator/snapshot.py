"""What a worker tells of itself, once a second."""

from dataclasses import dataclass, field
from typing import NamedTuple


class ShardCount(NamedTuple):
    """What one shard took of a worker, and refused, since the start.

    Attributes:
        records, size: that it took, and their bytes.
        refused: how often it refused a record.
        events: in the records that it took.
        failed: events meant for it that were given up.
    """

    records: int
    size: int
    refused: int
    events: int
    failed: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One worker at one moment. Counts are since its start, histograms since the snapshot before.

    Probes are in what shards took, and in nothing else.

    Attributes:
        worker: its number.
        at: seconds since the beginning of the measured time; below 0 during the warm-up.
        sent: events handed to the SDK.
        copies: of these, those that repeat an earlier one.
        accepted: events acknowledged.
        failed: events given up.
        resent: records set aside for another try.
        waiting: share of the SDK's buffer that is in use, of 1.
        processor: seconds of processor time of its process.
        schedule_error: histogram of how late events were handed over, in seconds.
        put: of a sample of the events acknowledged since: the intended time, in seconds as `at`, and how long after it
            the acknowledgement came.
        shards: by id, those that events were meant for.
        open_shards: how many the stream has; 0 while that is not known.
        failure: what the SDK said of an event that it gave up, one of them.
        done: whether all of its events have been sent and have an outcome.
    """

    worker: int
    at: float
    sent: int
    accepted: int
    failed: int
    resent: int
    waiting: float
    processor: float
    schedule_error: str
    put: tuple[tuple[float, float], ...]
    shards: dict[str, ShardCount] = field(default_factory=dict)
    open_shards: int = 0
    failure: str | None = None
    done: bool = False
    copies: int = 0
