"""How much of each limit is used."""

from dataclasses import dataclass, field
from typing import Final

from load.configuration import Configuration
from load.model.outcome import Constraint
from load.model.producing import ENVELOPE_BYTES, ShardStream
from load.model.sizes import Sizes
from load.model.surroundings import Surroundings
from simulation.services.kinesis.limits import READ_BYTES
from simulation.services.throughput import PARTITION_WRITES

INGEST_TIMEOUT_SECONDS: Final = 60.0
"""The template's default of `IngestTimeoutSeconds`."""


@dataclass
class Seen:
    """What was added up over the measured time."""

    records: float = 0.0
    log_writes: float = 0.0
    log_reads: float = 0.0
    log_bytes: float = 0.0
    trends_writes: float = 0.0
    trends_reads: float = 0.0
    longest: float = 0.0
    """Invocation of ingest, seconds."""
    busy: float = 0.0
    """Seconds, of all functions' invocations together."""
    log_shard: float = 0.0
    """Part of the time that the busiest shard of the log's stream had a batch with rollup."""
    views: float = 0.0
    slots: list[float] = field(default_factory=list)
    """The same of each concurrent batch that is looked at."""
    streams: list[ShardStream] = field(default_factory=list)


def utilisation(
    seen: Seen,
    *,
    configuration: Configuration,
    surroundings: Surroundings,
    sizes: Sizes,
    seconds: float,
) -> dict[Constraint, float]:
    """Return the parts used by a run of so many seconds at one rate."""
    author = sizes.traffic.popularity.hottest_author
    hottest_group = max(1 / configuration.key_groups, author)
    event_bytes = sizes.traffic.event_bytes + ENVELOPE_BYTES
    rate = sizes.traffic.profile.peak
    window = max(1, configuration.rollup_window_seconds)
    return {
        Constraint.RECORDS: max(s.records_utilisation for s in seen.streams),
        Constraint.BYTES: max(s.bytes_utilisation for s in seen.streams),
        Constraint.READS: max(s.peak for s in seen.streams) * event_bytes / READ_BYTES,
        Constraint.AUTHOR: rate * author / seen.streams[0].capacity,
        Constraint.FACTOR: max(seen.slots, default=0.0),
        Constraint.DURATION: seen.longest / INGEST_TIMEOUT_SECONDS,
        Constraint.CONCURRENCY: seen.busy / seconds / surroundings.concurrency,
        Constraint.KEYS: seen.log_writes / seconds * hottest_group / PARTITION_WRITES,
        Constraint.TABLE: sizes.largest_bucket_units(rate * sizes.traffic.new_share * 60) / window / PARTITION_WRITES,
        Constraint.ROLLUP: seen.log_shard,
        Constraint.VIEWS: seen.views,
    }
