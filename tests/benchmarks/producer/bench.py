"""The producer next to aws-kinesis-agg and async-kinesis."""

import logging
import multiprocessing
from importlib.metadata import version
from typing import Final

from penstock.compiled import COMPILED
from tests.benchmarks.comparison import Goal, Task, compare
from tests.benchmarks.options import Options
from tests.benchmarks.parts import parts_table
from tests.benchmarks.producer.contenders import AsyncKinesis, AwsKinesisAgg, PenstockPut, PenstockPutMany
from tests.benchmarks.producer.memory import MOST_GROWTH, measure_growth
from tests.benchmarks.producer.parts import measure_parts
from tests.benchmarks.producer.stubs import call_stub, http_stub
from tests.benchmarks.producer.workload import make_events
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Bound, Column, Report, Table

_EVENTS: Final = 100_000
_MEMORY_EVENTS: Final = 10_000_000

_BY_CALL: Final = "routed and aggregated"
_BY_HTTP: Final = "serialised and signed too"

AGGREGATOR: Final = Task("aws-kinesis-agg", "aggregated")
ASYNC: Final = Task("async-kinesis put", _BY_HTTP)
PUT_BY_CALL: Final = Task("penstock put", _BY_CALL)
PUT_BY_HTTP: Final = Task("penstock put", _BY_HTTP)
PUT_MANY_BY_CALL: Final = Task("penstock put_many", _BY_CALL)
PUT_MANY_BY_HTTP: Final = Task("penstock put_many", _BY_HTTP)

GOALS: Final = [
    Goal(PUT_BY_CALL, AGGREGATOR, 2.0),
    Goal(PUT_MANY_BY_CALL, AGGREGATOR, 4.0),
    Goal(PUT_BY_HTTP, AGGREGATOR, 1.3),
    Goal(PUT_MANY_BY_HTTP, AGGREGATOR, 2.2),
    Goal(PUT_BY_HTTP, ASYNC, 2.0),
    Goal(PUT_MANY_BY_HTTP, ASYNC, 3.0),
]


def measure(options: Options) -> Report:
    """Measure what an event costs, and whether memory grows with the number of events that were sent."""
    logging.disable(logging.WARNING)  # async-kinesis warns that its limits are off
    # Before anything else has made this process large.
    memory = [_measure_memory()] if options.memory else []
    events = make_events(_EVENTS)
    with shown("Producer: rounds", 1 + options.rounds) as progress:
        comparison = compare(
            {
                AGGREGATOR: AwsKinesisAgg(events),
                PUT_BY_CALL: PenstockPut(events, call_stub()),
                PUT_MANY_BY_CALL: PenstockPutMany(events, call_stub()),
                PUT_BY_HTTP: PenstockPut(events, http_stub()),
                PUT_MANY_BY_HTTP: PenstockPutMany(events, http_stub()),
                ASYNC: AsyncKinesis(events),
            },
            GOALS,
            options.rounds,
            progress,
        )
    return Report(
        "The producer next to others; stubs take any amount, rate limits are off",
        [*comparison.tables, parts_table(measure_parts(events)), *(table for table, _ in memory)],
        [*comparison.bounds, *(bound for _, bound in memory)],
        {
            "penstock": f"{version('penstock')} {'compiled' if COMPILED else 'interpreted'}",
            **{name: version(name) for name in ("boto3", "aws-kinesis-agg", "async-kinesis", "protobuf")},
        },
    )


def _measure_memory() -> tuple[Table, Bound]:
    # A process of its own, spawned: producers have threads, which a fork would lose.
    with (
        shown("Producer: memory", _MEMORY_EVENTS) as progress,
        multiprocessing.get_context("spawn").Pool(1) as pool,
    ):
        first, last = pool.apply(measure_growth, (_MEMORY_EVENTS,))
        progress(_MEMORY_EVENTS)
    columns = (Column("events", "events put", ",d"), Column("bytes", "resident bytes", ",d"))
    return (
        Table("memory", "Resident memory", columns, [(1_000_000, first), (_MEMORY_EVENTS, last)]),
        Bound("bytes that memory grows from 1 to 10 million events", last - first, most=MOST_GROWTH, form=",.0f"),
    )
