"""What is shown of a run where there is no terminal."""

import io

import pytest
from rich.console import Console

from load.measure.recorder import Totals
from load.runs.status import Status
from load.runs.view import LineView


def status(at: float, phase: str) -> Status:
    nothing = Totals(*[0.0] * len(Totals._fields))
    return Status(
        phase=phase,
        at=at,
        seconds=60.0,
        totals=nothing,
        scheduled_rate=10.0,
        rates=nothing,
        put=None,
        freshness=None,
        schedule_error=None,
        iterator_age=None,
        probes_waiting=0,
    )


@pytest.mark.parametrize(("at", "shown"), [(-9.7, "-10"), (-0.2, "0"), (0.2, "0"), (1_999.9, "2,000")])
def test_times_are_whole_seconds_and_nothing_has_no_sign(at: float, shown: str) -> None:
    out = io.StringIO()
    LineView(Console(file=out)).show(status(at, "about to begin"))
    assert out.getvalue() == f"{shown} s about to begin: accepted 0, 0/s\n"
