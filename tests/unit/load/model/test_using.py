"""What is paid for, against what follows from a configuration by hand."""

from dataclasses import replace

import pytest

from load.calibration.calibration import default_calibration
from load.configuration import Configuration
from load.model.outcome import Outcome
from load.model.run import simulate
from load.model.surroundings import AWS, local_stack
from load.model.traffic import Traffic
from load.workload.events import EventShape
from load.workload.shapes import steady

CALIBRATION = default_calibration()
NINE_DAYS = 9 * 86_400


def run(rate: float, shape: EventShape, configuration: Configuration | None = None) -> Outcome:
    return simulate(Traffic(steady(rate, 120), shape), configuration or Configuration(), CALIBRATION, AWS)


def test_the_log_keeps_nine_days_of_fingerprints_and_of_what_each_segment_has_besides() -> None:
    configuration = Configuration(shards=1, key_groups=1, pane_seconds=60, ingest_window_seconds=2)

    usage = run(100, EventShape(hashtags=0), configuration).usage

    # Every 2 s a segment, and one more as often as a minute begins in between.
    segments, besides = (1 + 2 / 60) / 2, 90 + CALIBRATION.counts.of(0)
    assert usage.log_stored == pytest.approx((100 * 8 + segments * besides) * NINE_DAYS, rel=0.02)


def test_copies_are_taken_and_paid_for_but_neither_counted_nor_stored() -> None:
    copies = run(1_000, EventShape(duplicates=0.5))
    half, whole = run(500, EventShape()), run(1_000, EventShape())

    assert (copies.rate, copies.accepted) == pytest.approx((1_000, 1_000))
    assert copies.counted == pytest.approx(500, rel=0.02)
    assert copies.usage.events == pytest.approx(500)
    for name in ("log_stored", "trends_stored", "write_units", "read_units"):
        assert getattr(copies.usage, name) == pytest.approx(getattr(half.usage, name), rel=0.03), name
        assert getattr(copies.usage, name) < 0.95 * getattr(whole.usage, name), name
    for name in ("put_units", "stream_bytes_in", "stream_bytes_out"):
        assert getattr(copies.usage, name) == pytest.approx(getattr(whole.usage, name), rel=0.01), name


def test_copies_leave_freshness_and_what_is_acknowledged_as_they_are() -> None:
    shapes = EventShape(), EventShape(duplicates=0.9)
    local = local_stack(CALIBRATION.local)
    none, most = (simulate(Traffic(steady(100, 60), shape), Configuration(), CALIBRATION, local) for shape in shapes)

    assert most.put.weight == pytest.approx(none.put.weight, rel=0.02)
    assert most.probed.weight == pytest.approx(60, rel=0.02)
    assert most.probed.quantiles(0.5)[0] == pytest.approx(none.probed.quantiles(0.5)[0], rel=0.1)
    assert most.counted == pytest.approx(10, rel=0.05)


def test_a_minute_is_written_with_as_many_values_as_are_counted() -> None:
    shape = EventShape(hashtags=5, hashtag_values=1_000_000, hashtag_skew=0.01)
    configuration = Configuration(rollup_window_seconds=10, ingest_window_seconds=10, key_groups=1)

    copies, half = (
        run(rate, each, configuration).usage.write_units
        for rate, each in ((2_000, replace(shape, duplicates=0.5)), (1_000, shape))
    )

    assert copies == pytest.approx(half, rel=0.03)


def test_views_read_minutes_of_what_is_counted() -> None:
    shape = EventShape(hashtags=20, hashtag_values=1_000_000, hashtag_skew=0.01)

    copies, half, whole = (
        run(rate, each).functions["ViewsFunction"].duration.mean
        for rate, each in ((2_000, replace(shape, duplicates=0.5)), (1_000, shape), (2_000, shape))
    )

    assert copies == pytest.approx(half, rel=0.05)
    assert copies < 0.8 * whole
