"""What rollup tells of a batch: how late the trends are, whatever a few late events do."""

from consumers.metering import Units
from consumers.rollup.observation import METRICS, Delays, delays, line_of, metrics_of
from consumers.rollup.report import Report
from tests.unit.consumers.rollup.making import MINUTE, a_segment, an_address, some_counts

NOW = MINUTE + 100.0


def test_every_listed_metric_has_a_value() -> None:
    told = metrics_of(Report(applied=3, repeated=1), 5, 1, Units(8.0, 0.5), Delays(4_000, 5_000))
    assert list(told) == [metric.name for metric in METRICS]
    assert {name: value for name, value in told.items() if value} == {
        "SegmentsReceived": 5,
        "SegmentsApplied": 3,
        "SegmentsRepeated": 1,
        "SegmentsFailed": 1,
        "WriteUnits": 8.0,
        "ReadUnits": 0.5,
        "ArrivalToTrends": 4_000,
        "EventToTrends": 5_000,
    }


def test_the_log_line_says_what_the_units_were() -> None:
    line = line_of(Report(closed=1), 5, 0, Units(8.0, 0.5), Delays(None, None))
    assert (line["segments"], line["closed"], line["write_units"], line["read_units"]) == (5, 1, 8.0, 0.5)


def test_a_late_event_does_not_move_the_median_event() -> None:
    late = a_segment(address=an_address(0, MINUTE - 86_400), arrived_ms=round((NOW - 1) * 1000))
    live = a_segment(
        address=an_address(2), counts=some_counts("rivers", events=3), arrived_ms=round((NOW - 2.5) * 1000)
    )
    # The second pane of the minute is from 30 to 60 s, so 100 s after its beginning the middle is 55 s ago.
    assert delays([live, late], NOW) == Delays(arrival=2_500, event=55_000)


def test_of_two_halves_the_older_one_counts() -> None:
    older, newer = a_segment(address=an_address(0)), a_segment(address=an_address(2))
    assert delays([newer, older], NOW).event == 85_000


def test_clients_and_clocks_ahead_make_no_negative_delay() -> None:
    ahead = a_segment(address=an_address(0, MINUTE + 240), arrived_ms=round((NOW + 1) * 1000))
    assert delays([ahead], NOW) == Delays(0, 0)
    assert delays([], NOW) == Delays(None, None)
