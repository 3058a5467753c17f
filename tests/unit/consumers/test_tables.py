"""Keys of the trends table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.tables import Level, start_of, trend_key


@pytest.mark.parametrize(
    ("level", "bucket", "start"),
    [
        (Level.MINUTE, "minute#2026-11-21T14#3", "2026-11-21T14:05"),
        (Level.HOUR, "hour#2026-11-21#3", "2026-11-21T14"),
        (Level.DAY, "day#2026-11#3", "2026-11-21"),
    ],
)
def test_a_partition_holds_the_items_of_the_level_above(level: Level, bucket: str, start: str) -> None:
    assert trend_key(level, level.floor(1795269900 + 7), 3) == (bucket, start)


@given(st.sampled_from(Level), st.integers(0, 4_000_000_000))
def test_a_sort_key_tells_its_start(level: Level, when: int) -> None:
    start = level.floor(when)
    assert start <= when < start + level.seconds
    assert start_of(level, trend_key(level, start, 0).start) == start


@given(st.sampled_from(Level), st.integers(0, 4_000_000_000), st.integers(0, 4_000_000_000))
def test_sort_keys_are_in_order_of_time(level: Level, one: int, other: int) -> None:
    keys = [trend_key(level, level.floor(when), 0).start for when in (one, other)]
    assert (keys[0] <= keys[1]) == (level.floor(one) <= level.floor(other))
