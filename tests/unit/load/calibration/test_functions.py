"""Calibrating with the real handlers, in a process of its own and with few batches."""

from collections.abc import Callable

from load.calibration.batches import EventShape
from load.calibration.calibration import CallTime, FunctionCost, LocalTimes, Starts
from load.calibration.measure import measure

CALL = CallTime(median=0.001, p99=0.002)
STARTS = Starts(ingest=CALL, rollup=CALL, views=CALL)
LOCAL = LocalTimes(
    put=CALL, read=CALL, log=CALL, trends=CALL, invoke=CALL, starts=STARTS, starts_at_once=1, first_batch=0
)
KINDS = ((8, EventShape()), (64, EventShape(text=400, hashtags=3)))


def test_the_handlers_are_measured_and_fitted() -> None:
    seen: list[str] = []
    told: list[FunctionCost] = []

    def local(ingest: FunctionCost, rollup: FunctionCost, show: Callable[[str], object]) -> LocalTimes:
        show("the local stack starts")
        told.extend((ingest, rollup))
        return LOCAL

    # Three rounds, of which the middle one counts: others may use the machine meanwhile.
    calibration = measure(3, seen.append, sizes=(5, 1_500), kinds=KINDS, local=local)

    assert calibration.local == LOCAL
    assert told == [calibration.ingest, calibration.rollup]
    assert seen == ["0 of 2 kinds of batches", "1 of 2 kinds of batches", "the local stack starts"]
    for function in (calibration.ingest, calibration.rollup, calibration.views):
        assert 0 < function.seconds["batch"] + sum(function.seconds.values()) < 1
        assert function.logged > 100
    assert calibration.ingest.of(record=1, event=1_000, kilobyte=270, hashtag=1_500, segment=8) > 0.001
    assert calibration.counts.of(1_000) > calibration.counts.of(10) > 0
