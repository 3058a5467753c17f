"""When a quarter's strips are written: a few times while it grows, then the more rarely the older it is."""

import pytest

from consumers.schedule import HOUR, MINUTE
from consumers.trends.state import LevelsState
from consumers.views.strips.directory import NOTHING, Entry, Place
from consumers.views.strips.frame import Frame
from consumers.views.strips.planning import available, is_due

NOON = 1_763_812_800
STATE = LevelsState(NOON - HOUR, NOON - HOUR, 0, 0)
QUARTER = Place(Frame.QUARTER, NOON)
WHOLE = (1 << 15) - 1


def test_a_quarter_is_written_with_five_minutes_with_ten_and_whole() -> None:
    entry, written = NOTHING, []
    for now in range(NOON, NOON + HOUR, 5):
        parts = available(QUARTER, now, STATE)
        if is_due(QUARTER, entry, parts, now):
            entry = Entry(40, 0, parts, now, 0)
            written.append(parts.bit_count())
    assert written == [5, 10, 15]


@pytest.mark.parametrize(("age", "waits"), [(1, 320), (12, 360), (20, 600), (30, 900), (50, 900)])
def test_a_change_of_a_whole_quarter_waits_for_half_its_age_within_limits(age: int, waits: int) -> None:
    now = QUARTER.end + age * MINUTE
    assert not is_due(QUARTER, Entry(40, 0, WHOLE - 1, now - waits + 1, 0), WHOLE, now)
    assert is_due(QUARTER, Entry(40, 0, WHOLE - 1, now - waits, 0), WHOLE, now)
