"""What the services take for a call, from what invocations took."""

import pytest

from load.calibration.calibration import default_calibration
from load.calibration.local_times import Invocation, call_seconds, first_batch_longer
from load.errors import LoadError

CALIBRATION = default_calibration()
WAY = 0.002


def ingest(seconds: float, segments: int) -> Invocation:
    return Invocation(
        "IngestFunction", seconds, {"SegmentsWritten": segments, "EventsReceived": 200, "RecordsReceived": 20}
    )


def rollup(seconds: float, buckets: int) -> Invocation:
    return Invocation("RollupFunction", seconds, {"BucketsWritten": buckets, "SegmentsReceived": 8, "WriteUnits": 10})


def test_a_call_takes_what_is_left_when_work_and_way_are_taken_off() -> None:
    folding = CALIBRATION.ingest.of(record=20, event=200, hashtag=200, segment=8)
    applying = CALIBRATION.rollup.of(segment=8, unit=10)
    found = [ingest(WAY + folding + 8 * 0.004, 8), rollup(WAY + applying + (5 + 3) * 0.006, 5)]

    calls = call_seconds(found, CALIBRATION.ingest, CALIBRATION.rollup, WAY)

    assert calls["IngestFunction"] == pytest.approx([0.004])
    assert calls["RollupFunction"] == pytest.approx([0.006])


def test_the_first_third_and_what_called_nothing_are_left_out() -> None:
    slow, quick = ingest(5.0, 8), ingest(0.05, 8)
    other = Invocation("ViewsFunction", 9.0, {"ItemsPut": 3})

    calls = call_seconds([slow, ingest(7.0, 0), other, quick, quick], CALIBRATION.ingest, CALIBRATION.rollup, WAY)

    assert len(calls["IngestFunction"]) == 2
    assert max(calls["IngestFunction"]) < 0.05 / 8
    assert calls["RollupFunction"] == []


def test_a_first_batch_is_longer_than_the_second_of_the_same_function() -> None:
    found = [ingest(0.30, 8), rollup(0.5, 5), ingest(0.25, 8), rollup(0.4, 5), rollup(0.1, 5)]

    assert first_batch_longer(found, "IngestFunction") == pytest.approx(0.05)
    assert first_batch_longer(found, "RollupFunction") == pytest.approx(0.1)


def test_a_function_without_a_second_batch_is_told() -> None:
    with pytest.raises(LoadError, match=r"RollupFunction was to have two .* had 1 without a failure; calibrate"):
        first_batch_longer([ingest(0.3, 8), ingest(0.2, 8), rollup(0.5, 5)], "RollupFunction")
