"""How many events a second the load generator sends on time, into a stream that takes them at once."""

from typing import Final

from load.measure.judgement import LATE_SECONDS
from load.runs.run import Never, RunOptions
from load.runs.run import run as run_load
from load.runs.status import Status
from load.runs.stub_target import StubTarget
from load.workload.shapes import steady
from tests.benchmarks.options import Options
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Bound, Column, Report, Table

RATE: Final = 50_000
SECONDS: Final = 30
PROCESSES: Final = 2
SHARDS: Final = 16


def measure(_options: Options) -> Report:
    """Send half a minute's events, and look how late they were."""
    with shown("Load: seconds", SECONDS) as progress:

        def show(status: Status) -> None:
            progress(min(max(0, int(status.at)), SECONDS))

        report = run_load(
            RunOptions(profile=steady(RATE, SECONDS), processes=PROCESSES, warm_up_seconds=5.0),
            StubTarget(SHARDS),
            show=show,
            wish=Never(),
        )
    generator = report.generator
    assert generator is not None
    late = generator.schedule_error
    assert late is not None
    figures = [("median", late.p50), ("p99", late.p99), ("p99.9", late.p999), ("most", late.max)]
    return Report(
        f"Load generator: {RATE:,} events/s in {PROCESSES} processes, {SECONDS} s; {generator.busy:.2f} cores",
        [
            Table(
                "schedule_error",
                "From an event's intended time to its being handed to the SDK",
                (Column("part", ""), Column("milliseconds", "ms", ",.2f")),
                [(name, 1000 * value) for name, value in figures],
            )
        ],
        [
            Bound(
                "events sent a second", report.events.sent / report.workload.seconds, least=0.999 * RATE, form=",.0f"
            ),
            Bound("schedule error at p99, ms", 1000 * late.p99, most=1000 * LATE_SECONDS),
        ],
    )
