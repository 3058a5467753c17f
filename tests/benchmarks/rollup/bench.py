"""Ten million events through rollup's code, on a clock that runs as fast as it can."""

import base64
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from consumers.pane_log import segment as segments
from consumers.pane_log.log import PaneLog
from consumers.pane_log.segment import Segment
from consumers.rollup.contention import Contention
from consumers.rollup.levels import TAKE_OVER_SECONDS
from consumers.rollup.rollup import Rollup
from consumers.rollup.stream import answer, read_batch
from consumers.schedule import DAY, HOUR, Address
from consumers.tables import Level
from consumers.trends.state import LevelsState
from consumers.trends.table import TrendsTable
from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.table import Table
from tests.benchmarks.options import Options
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Bound, Column, Report
from tests.benchmarks.report import Table as Figures
from tests.benchmarks.units.past import LOG, TRENDS
from tests.benchmarks.units.pipeline import RETENTION, SCHEDULE
from tests.benchmarks.units.workload import Workload

EVENTS: Final = 10_000_000
RATE: Final = 1_000
BATCH_SECONDS: Final = 5
START: Final = 1_763_733_600
"""2025-11-21T14:00:00Z."""

MOST_MICROSECONDS: Final = 25.0
MOST_GROWTH: Final = 1.10


def measure(options: Options) -> Report:
    """Apply all events in the order of time, and compare the last hour with the first."""
    seconds = options.rollup_events // RATE
    spent: list[float] = []
    with shown("Rollup: batches", seconds // BATCH_SECONDS) as progress:
        for number, microseconds in enumerate(_run(seconds)):
            spent.append(microseconds)
            progress(number + 1)
    an_hour = min(HOUR // BATCH_SECONDS, max(len(spent) // 3, 1))
    first, last, all_ = (_an_event(part) for part in (spent[:an_hour], spent[-an_hour:], spent))
    return Report(
        f"Rollup of {options.rollup_events:,} events, {RATE:,} a second, a batch each {BATCH_SECONDS} s",
        [
            Figures(
                "cpu",
                f"CPU time of the function's code; an hour is {an_hour} batches",
                (Column("part", ""), Column("microseconds", "µs an event", ".2f")),
                [("first hour", first), ("last hour", last), ("all", all_)],
            )
        ],
        [
            Bound("CPU-µs an event", all_, most=MOST_MICROSECONDS),
            Bound("last hour next to the first, times", last / first, most=MOST_GROWTH),
        ],
    )


def _run(seconds: int) -> Iterator[float]:
    """Yield the CPU time, in microseconds, that each batch took."""
    now = float(START)
    dynamodb = SimulatedDynamoDB({LOG: Table("address", "segment"), TRENDS: Table("bucket", "start")})
    table = TrendsTable(dynamodb.client(), TRENDS)
    day = Level.DAY.floor(START)
    table.create_state(LevelsState(START, START, day, day, late_done=START, late_begun=START))
    with ThreadPoolExecutor(1) as pool:
        rollup = Rollup(
            table,
            PaneLog(dynamodb.client(), LOG),
            SCHEDULE,
            RETENTION,
            pool=pool,
            clock=lambda: now,
            contention=Contention(lambda _: None),
        )
        for batch, event in _batches(seconds):
            now = START + (batch + 1) * BATCH_SECONDS + 1.0
            before = time.process_time()
            read, unread = read_batch(event)
            report = rollup.apply((record.segment for record in read), _plenty)
            rollup.close_due(report, _plenty, most=1, take_over_after=TAKE_OVER_SECONDS)
            rollup.corrections.apply_due(report, _plenty)
            answer([record.sequence_number for record in unread])
            yield 1e6 * (time.process_time() - before)
            if report.applied != len(read) or report.reasons():
                raise AssertionError(f"{report.applied} of {len(read)} segments were applied: {report.reasons()}")


def _batches(seconds: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield batches of the log's stream as Lambda delivers them, made without measuring that."""
    workload = Workload(RATE)
    entry = SCHEDULE.at(START)
    written: Counter[int] = Counter()
    sequence = 0
    for batch in range(seconds // BATCH_SECONDS):
        start = START + batch * BATCH_SECONDS
        pane = start - start % entry.seconds
        records = []
        if pane == start:
            written.clear()
        for group in range(entry.groups):
            count = RATE * BATCH_SECONDS // entry.groups
            segment = Segment(
                address=Address(pane, entry.seconds, group, entry.groups),
                number=written[group],
                fingerprints=workload.random.randbytes(8 * count),
                counts=workload.counts(count),
                nonce=bytes(8),
                arrived_ms=(start + BATCH_SECONDS) * 1_000,
                expires=start + 16 * DAY,
            )
            written[group] += 1
            sequence += 1
            records.append(_record(segment, sequence))
        yield batch, {"Records": records}


def _record(segment: Segment, sequence: int) -> dict[str, Any]:
    image = {
        name: {kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value}
        for name, typed in segments.encode(segment).items()
        for kind, value in typed.items()
    }
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(sequence), "NewImage": image}}


def _an_event(batches: list[float]) -> float:
    return sum(batches) / (len(batches) * BATCH_SECONDS * RATE)


def _plenty() -> float:
    return 300.0
