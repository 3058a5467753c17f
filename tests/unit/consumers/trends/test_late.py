"""The late item: what it holds comes back, and no item is too large."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS
from consumers.schedule import HOUR, Address
from consumers.trends.errors import NewerTrendsFormatError, TrendsFormatError
from consumers.trends.late import BYTES_AN_ITEM, SEGMENTS_AN_ITEM, LateSegment, decode_late, encode_late, fits
from simulation.services.items import MAX_ITEM_BYTES, item_size
from tests.unit.consumers.rollup.making import some_counts

START = 1_763_715_600
"""2025-11-21T09:00:00Z."""
DUE = START + 2 * HOUR

COUNTS = st.fixed_dictionaries(
    {name: st.dictionaries(st.text(max_size=5), st.integers(1, 2**40), max_size=3) for name in DIMENSIONS}
)
SEGMENTS = st.builds(
    LateSegment,
    st.builds(Address, st.integers(0, 359).map(lambda n: START + 10 * n), st.just(10), st.integers(0, 7), st.just(8)),
    st.integers(0, 1_000),
    COUNTS,
    st.integers(0, 2**41),
)


def a_late_segment(number: int, *hashtags: str) -> LateSegment:
    return LateSegment(Address(START + 10, 10, 3, 8), number, some_counts(*hashtags), (START + 600) * 1_000)


@given(segments=st.lists(SEGMENTS, min_size=1, max_size=5))
def test_late_segments_come_back_as_they_were(segments: list[LateSegment]) -> None:
    (item,) = encode_late(START, DUE, segments)
    assert decode_late(START, item) == segments


def test_the_same_segments_have_the_same_key_and_others_another() -> None:
    keys = [next(iter(encode_late(START, DUE, [a_late_segment(number)])))["start"]["S"] for number in (1, 1, 2)]
    assert keys[0] == keys[1] != keys[2]
    assert all(key.startswith(f"{DUE}#") for key in keys)


def test_many_segments_make_several_items() -> None:
    segments = [a_late_segment(number) for number in range(2 * SEGMENTS_AN_ITEM + 1)]
    items = list(encode_late(START, DUE, segments))
    assert len(items) > 2
    assert [segment for item in items for segment in decode_late(START, item)] == segments


def test_large_segments_make_an_item_each() -> None:
    tags = [f"{number:0100}" for number in range(BYTES_AN_ITEM // 150)]
    items = list(encode_late(START, DUE, [a_late_segment(number, *tags) for number in range(3)]))
    assert len(items) == 3


def test_the_largest_that_fits_has_room_in_an_item() -> None:
    random = Random(1)
    segment = a_late_segment(0)
    while fits(segment.counts):
        segment.counts["hashtag"]["".join(chr(random.randrange(0x4E00, 0x9FA5)) for _ in range(100))] = 249
    segment.counts["hashtag"].popitem()
    assert [item_size(item) < MAX_ITEM_BYTES for item in encode_late(START, DUE, [segment])] == [True]


def test_an_event_takes_little_room() -> None:
    (item,) = encode_late(START, DUE, [a_late_segment(0, "rivers")] * 1)
    assert item_size(item) < 250
    (item,) = encode_late(START, DUE, [a_late_segment(number, f"rivers{number}") for number in range(100)])
    assert item_size(item) < 100 * 25


@pytest.mark.parametrize("damage", [{"c": {"B": b"no text"}}, {"v": {}}, {"c": {}}])
def test_damage_is_an_error(damage: dict[str, dict[str, bytes]]) -> None:
    (item,) = encode_late(START, DUE, [a_late_segment(0)])
    with pytest.raises(TrendsFormatError):
        decode_late(START, {**item, **damage})  # type: ignore[dict-item] # damaged


def test_a_newer_format_is_named() -> None:
    (item,) = encode_late(START, DUE, [a_late_segment(0)])
    with pytest.raises(NewerTrendsFormatError):
        decode_late(START, {**item, "v": {"N": "9"}})
