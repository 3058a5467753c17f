"""What is late for its minute, and when that is due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.rollup.at_hand import SegmentsAtHand
from consumers.rollup.lateness import LATE_SECONDS, MARGIN_SECONDS, WORTH_EVENTS, due, hours_due, parted
from consumers.schedule import DAY, HOUR
from tests.unit.consumers.rollup.making import MINUTE, a_segment, an_address, some_counts

END = MINUTE + 60
ON_TIME = (END + LATE_SECONDS) * 1_000 - 1


def at_hand(*arrived_ms: int, events: int = 1) -> SegmentsAtHand:
    segments = SegmentsAtHand(MINUTE, 2)
    for index, arrived in enumerate(arrived_ms):
        segments.add(a_segment(address=an_address(index), arrived_ms=arrived, counts=some_counts(events=events)))
    return segments


@pytest.mark.parametrize(
    ("minute", "late"),
    [
        (at_hand(ON_TIME), False),
        (at_hand(ON_TIME + 1), True),
        (at_hand(ON_TIME + 1, ON_TIME), False),
        (at_hand(ON_TIME + 1, events=WORTH_EVENTS), False),
        (at_hand(ON_TIME + 1, ON_TIME + 2, events=WORTH_EVENTS // 2), False),
        (at_hand(ON_TIME + 1, events=WORTH_EVENTS - 1), True),
    ],
)
def test_late_is_what_comes_alone_and_after_its_minute(minute: SegmentsAtHand, *, late: bool) -> None:
    assert parted([minute]) == (([], [minute]) if late else ([minute], []))


@given(minute=st.integers(0, 10_000).map(lambda n: MINUTE + 60 * n), age=st.floats(0, 30 * DAY))
def test_what_is_late_is_due_after_less_than_twice_its_age_and_within_a_day(minute: int, age: float) -> None:
    now = minute + 60 + age
    wait = due(minute, now) - now
    assert wait >= MARGIN_SECONDS
    assert wait <= min(max(1.5 * age + 60, 150), 18.1 * HOUR)


@given(minute=st.integers(0, 10_000).map(lambda n: MINUTE + 60 * n))
def test_a_minute_is_rewritten_once_each_time_its_age_doubles_and_then_each_17_hours(minute: int) -> None:
    ages = [20 * 1.01**n for n in range(1_200)]  # of a week, every hundredth
    dues = {due(minute, minute + 60 + age) for age in ages if age < 7 * DAY}
    assert len(dues) == 10 + 7 * DAY // (1_024 * 60)


@given(
    minute=st.integers(0, 10_000).map(lambda n: MINUTE + 60 * n),
    age=st.floats(0, 20 * DAY),
    span=st.integers(1, 3 * HOUR),
    share=st.floats(0, 1),
)
def test_whatever_is_due_in_a_time_is_in_an_hour_that_is_looked_at(
    minute: int, age: float, span: int, share: float
) -> None:
    when = due(minute, minute + 60 + age)
    after = when - 1 - int(share * (span - 1))
    assert minute // HOUR * HOUR in hours_due(after, after + span, oldest=0)


def test_few_hours_are_looked_at() -> None:
    oldest = MINUTE - 21 * DAY
    assert len(hours_due(MINUTE, MINUTE + 60, oldest)) < 5
    assert len(hours_due(MINUTE, MINUTE + HOUR, oldest)) < 100
    assert min(hours_due(MINUTE, MINUTE + 30 * DAY, oldest)) >= oldest
