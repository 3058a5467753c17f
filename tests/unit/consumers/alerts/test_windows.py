"""Which windows a run judges."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.alerts.windows import CATCH_UP, PATIENCE_SECONDS, due

NOON = 1_795_003_200


def test_the_first_run_judges_the_newest_window() -> None:
    assert due(None, NOON + 30, NOON + 29) == [NOON]


def test_a_window_waits_until_it_is_settled_by_the_clock_and_by_what_arrived() -> None:
    assert due(NOON - 60, NOON + 14, NOON + 14) == []
    assert due(NOON - 60, NOON + 59, NOON + 14) == []
    assert due(NOON - 60, NOON + 59, NOON + 15) == [NOON]


def test_nothing_new_is_judged_twice() -> None:
    assert due(NOON, NOON + 59, NOON + 59) == []


def test_a_run_catches_up_with_what_others_left() -> None:
    assert due(NOON, NOON + 200, NOON + 199) == [NOON + 60, NOON + 120, NOON + 180]


def test_what_is_long_over_is_no_news() -> None:
    windows = due(NOON, NOON + 86_400, NOON + 86_390)
    assert len(windows) == CATCH_UP
    assert windows[-1] == NOON + 86_400 - 60


def test_a_clock_that_was_ahead_keeps_nothing_silent() -> None:
    assert due(NOON + 86_400, NOON + 30, NOON + 29) == [NOON]


def test_where_nobody_sends_any_more_windows_wait_for_a_while_only() -> None:
    assert due(NOON - 60, NOON + PATIENCE_SECONDS - 1, NOON - 30) == []
    assert due(NOON - 60, NOON + PATIENCE_SECONDS, NOON - 30) == [NOON]


@given(st.lists(st.tuples(st.floats(0, 5_000), st.floats(0, 1_000)), max_size=30))
def test_windows_are_judged_in_order_each_once(runs: list[tuple[float, float]]) -> None:
    judged, now = None, float(NOON)
    seen: list[int] = []
    for later, behind in runs:
        now += later
        windows = due(judged, now, now - behind)
        seen += windows
        judged = windows[-1] if windows else judged
    assert seen == sorted(set(seen))
    assert all(end % 60 == 0 and end <= now for end in seen)
