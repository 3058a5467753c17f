"""What a run used of AWS, a second, with what goes on beside the batches: the sweep, alerts, strips, hours and days."""

from collections.abc import Mapping
from math import ceil
from typing import Final

from consumers.alerts.observation import METRICS as ALERTS_METRICS
from consumers.ingest.observation import METRICS as INGEST_METRICS
from consumers.rollup.observation import METRICS as ROLLUP_METRICS
from consumers.schedule import DAY, HOUR
from consumers.sweep.observation import METRICS as SWEEP_METRICS
from consumers.views.observation import METRICS as VIEWS_METRICS
from load.calibration.calibration import Calibration
from load.configuration import Configuration
from load.model.outcome import FunctionRun
from load.model.producing import ENVELOPE_BYTES
from load.model.sizes import Sizes
from load.model.utilisation import Seen
from load.prices.usage import Usage

PUT_UNIT_BYTES: Final = 25 * 1024
TRACED_SHARE: Final = 0.05
"""Of invocations beyond one a second (docs/deploying.md, the parameter Tracing)."""

STRIPS_UNITS: Final = 2.1 / 20_000
SEARCH_UNITS: Final = 0.3 / 20_000
"""Write units a second for each different hashtag of an hour, of a day: what was measured of 20,000 at 1,000 events/s
(docs/performance.md)."""
LEVELS_UNITS: Final = 0.5 / 20_000
"""Of hours and days likewise."""

SWEEP_SECONDS: Final = 900.0
SWEPT_MINUTES: Final = 336
"""That a run of the sweep looks at (docs/rollup.md)."""
ALERTS_SECONDS: Final = 60.0
ALERTS_GIGABYTE_SECONDS: Final = 0.5
SWEEP_RUN_SECONDS: Final = 2.0
"""Assumed: its calls, one after another."""

LOG_DAYS: Final = 9
"""The dedup horizon, the stream's retention and a day, by the template's defaults."""
MINUTE_DAYS: Final = 21
HOUR_DAYS: Final = 90


def used(
    seen: Seen,
    functions: Mapping[str, FunctionRun],
    *,
    configuration: Configuration,
    calibration: Calibration,
    sizes: Sizes,
    rate: float,
    seconds: float,
) -> Usage:
    """Return what is used a second, on average over the measured time; its peak is taken for the same."""
    new = rate * sizes.traffic.new_share
    hashtags = new * sizes.traffic.shape.hashtags
    hour, day = sizes.traffic.popularity.different(hashtags * HOUR), sizes.traffic.popularity.different(hashtags * DAY)
    beside = STRIPS_UNITS * hour + SEARCH_UNITS * day + LEVELS_UNITS * hour
    swept = SWEPT_MINUTES * (0.5 * configuration.addresses_a_minute + 0.5 * sizes.minute_reads(new * 60))
    writes = (seen.log_writes + seen.trends_writes) / seconds + beside
    reads = (seen.log_reads + seen.trends_reads + swept * seconds / SWEEP_SECONDS) / seconds
    ingest, rollup, views = (functions[name] for name in ("IngestFunction", "RollupFunction", "ViewsFunction"))
    memory = (
        (ingest, configuration.ingest_memory_megabytes),
        (rollup, configuration.rollup_memory_megabytes),
        (views, configuration.views_memory_megabytes),
    )
    gigabyte_seconds = sum(run.busy * megabytes / 1024 for run, megabytes in memory) / seconds
    gigabyte_seconds += ALERTS_GIGABYTE_SECONDS / ALERTS_SECONDS
    gigabyte_seconds += SWEEP_RUN_SECONDS * configuration.rollup_memory_megabytes / 1024 / SWEEP_SECONDS
    invocations = [run.invocations / seconds for run in (ingest, rollup, views)]
    ticks = 1 / 60 + 1 / ALERTS_SECONDS + 1 / SWEEP_SECONDS
    costs = (calibration.ingest, calibration.rollup, calibration.views)
    logged = sum(each * cost.logged for each, cost in zip(invocations, costs, strict=True))
    records = seen.records / seconds
    record_bytes = rate / records * (sizes.traffic.event_bytes + ENVELOPE_BYTES) if records else 0.0
    return Usage(
        events=new,
        shards=configuration.shards,
        stream_mode=configuration.stream_mode,
        table_mode=configuration.table_mode,
        put_units=records * ceil(record_bytes / PUT_UNIT_BYTES),
        stream_bytes_in=records * ceil(record_bytes / 1024) * 1024,
        stream_bytes_out=records * record_bytes,
        requests=sum(invocations) + ticks,
        gigabyte_seconds=gigabyte_seconds,
        write_units=writes,
        read_units=reads,
        peak_write_units=writes,
        peak_read_units=reads,
        log_stored=seen.log_bytes / seconds * LOG_DAYS * DAY,
        trends_stored=_stored(sizes, new),
        logged=logged,
        metrics=sum(map(len, (INGEST_METRICS, ROLLUP_METRICS, SWEEP_METRICS, VIEWS_METRICS, ALERTS_METRICS))),
        traces=sum(min(each, 1 + TRACED_SHARE * max(each - 1, 0.0)) for each in invocations) + ticks,
    )


def _stored(sizes: Sizes, rate: float) -> float:
    minutes = sizes.minute_bytes(rate * 60) * MINUTE_DAYS * DAY / 60
    # An hour twice: as the level above minutes, and as strips.
    hours = 2 * sizes.minute_bytes(rate * HOUR) * HOUR_DAYS * DAY / HOUR
    return minutes + hours
