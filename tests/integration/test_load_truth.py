"""A small part of what `make bench ARGS=truth` does: one configuration simulated and run on the local stack."""

from dataclasses import replace

import pytest

from load.calibration.calibration import default_calibration
from load.measure.judgement import BUSY
from load.workload.shapes import steady
from tests.benchmarks.truth.bench import run
from tests.benchmarks.truth.cases import Case
from tests.benchmarks.truth.comparing import measured, simulated

WARM_UP_SECONDS = 4.0
CASE = Case("short", steady(80, 10.0), {"ShardCount": "1", "IngestWindowSeconds": "1", "RollupWindowSeconds": "1"})
OFF = 0.4
"""Of what was measured, and half a second: a machine may be twice as slow as that of the calibration."""


def test_a_simulation_is_near_a_run_on_the_local_stack() -> None:
    options = replace(CASE.options(1), warm_up_seconds=WARM_UP_SECONDS, arrivals="even")

    report = run(CASE, options)

    assert (report.ended, report.events.failed) == ("time", 0)
    assert report.events.sent == report.events.accepted
    assert report.freshness is not None
    assert report.answer is not None
    assert report.generator is not None
    assert report.generator.ready is not None
    if (busy := report.generator.machine_busy or 0.0) > BUSY or report.generator.limit:
        pytest.skip(f"not compared: the machine was {busy:.0%} busy. {report.generator.limit or ''}")
    found = measured(report)
    expected = simulated(
        CASE,
        default_calibration(),
        answer_seconds=report.answer.p50,
        ready_seconds=report.generator.ready,
        warm_up_seconds=WARM_UP_SECONDS,
        seed=1,
    )
    assert expected.throughput == pytest.approx(found.throughput, rel=0.05)
    assert expected.p50 == pytest.approx(found.p50, rel=OFF)
    assert expected.p99 == pytest.approx(found.p99, rel=OFF, abs=0.5)
