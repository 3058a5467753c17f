"""A list travels unharmed, fits into an item, and is not read where it is damaged or of another form."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import AttributeMap
from consumers.views.lists.item import MAX_BYTES, decode_list, encode_list
from consumers.views.lists.top_list import WITH_HISTORY, DimensionList, Entry, TopList
from consumers.views.windows import Window

numbers = st.integers(0, 2**63)
entries = st.lists(
    st.builds(Entry, st.text(max_size=5), numbers, numbers, st.none() | st.integers(1, 9), st.just((1, 2, 3))),
    unique_by=lambda entry: entry.value,
    max_size=8,
).map(tuple)
dimensions = st.fixed_dictionaries(
    dict.fromkeys(DIMENSIONS, st.builds(DimensionList, numbers, numbers, numbers, entries, entries))
)


def a_list(of: dict[str, DimensionList]) -> TopList:
    return TopList(Window.HOUR, 7_200, as_of=7_000_123, made_at=7_001, version=5, dimensions=of)


def stored(made: TopList) -> AttributeMap:
    """Return what the table holds of a list."""
    common: AttributeMap = {"v": {"N": "1"}, "n": {"N": str(made.version)}, "a": {"N": str(made.as_of or 0)}}
    return {**encode_list(made), **common}


@given(dimensions, st.none() | st.integers(1, 10**13))
def test_decoding_gives_back_what_was_encoded(of: dict[str, DimensionList], as_of: int | None) -> None:
    made = replace(a_list(of), as_of=as_of)
    assert decode_list(Window.HOUR, 7_200, stored(made)) == made


def test_a_list_of_the_longest_names_is_cut_to_fit_and_says_how_deep_it_is() -> None:
    drawn = random.Random(3)
    names = ["".join(chr(drawn.randrange(0x10000, 0x10FFFF)) for _ in range(100)) for _ in range(1_000)]
    entries = tuple(
        Entry(name, 1_000 - place, 0, None, (place,) if place < WITH_HISTORY else ())
        for place, name in enumerate(names)
    )
    made = a_list(dict.fromkeys(DIMENSIONS, DimensionList(9, 1_000, 0, entries)))
    kept = decode_list(Window.HOUR, 7_200, stored(made))
    assert kept is not None
    hashtags = kept.dimensions["hashtag"]
    assert 100 < len(hashtags.top) < 1_000
    assert hashtags.top == entries[: len(hashtags.top)]
    assert (hashtags.total, hashtags.distinct) == (9, 1_000)
    assert len(encode_list(made)["c"]["B"]) <= MAX_BYTES


def test_a_list_of_another_version_is_not_read() -> None:
    made = stored(a_list(dict.fromkeys(DIMENSIONS, DimensionList())))
    assert decode_list(Window.HOUR, 7_200, {**made, "v": {"N": "2"}}) is None


@pytest.mark.parametrize("damage", [{"c": {"B": b"no list"}}, {"t": {"S": "soon"}}])
def test_a_damaged_list_is_refused_by_name(damage: AttributeMap) -> None:
    made = stored(a_list(dict.fromkeys(DIMENSIONS, DimensionList())))
    with pytest.raises(TrendsFormatError, match="no top list: list#1h 1970-01-01T02:00"):
        decode_list(Window.HOUR, 7_200, {**made, **damage})
