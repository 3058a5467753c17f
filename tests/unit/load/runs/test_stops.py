"""What ends a run before its time."""

from load.measure.recorder import Totals
from load.runs.stops import LEAST_EVENTS, Stops


def test_without_limits_nothing_ends_it() -> None:
    assert Stops().ending(Totals(sent=1e9, failed=1e9)) is None


def test_so_many_events_end_it() -> None:
    assert Stops(count=100).ending(Totals(sent=99)) is None
    assert Stops(count=100).ending(Totals(sent=100)) == "count"


def test_too_many_errors_end_it_once_there_are_enough_outcomes_to_tell() -> None:
    stops = Stops(error_percent=5)
    assert stops.ending(Totals(accepted=0, failed=LEAST_EVENTS - 1)) is None
    assert stops.ending(Totals(accepted=95, failed=5)) is None
    assert stops.ending(Totals(accepted=94, failed=6)) == "errors"
