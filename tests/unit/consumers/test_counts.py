"""Counts travel compactly and unharmed; buckets are disjoint."""

import random
import zlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers import counts

values = st.dictionaries(st.text(min_size=1, max_size=20), st.integers(1, 2**64 - 1), max_size=20)
some_counts = st.fixed_dictionaries(dict.fromkeys(counts.DIMENSIONS, values))


@given(some_counts)
def test_decoding_gives_back_what_was_encoded(given_counts: counts.Counts) -> None:
    assert counts.decode(counts.encode(given_counts)) == given_counts


@given(some_counts)
def test_equal_counts_have_equal_bytes(given_counts: counts.Counts) -> None:
    reordered = {name: dict(reversed(given_counts[name].items())) for name in reversed(counts.DIMENSIONS)}
    assert counts.encode(reordered) == counts.encode(given_counts)


def test_names_may_hold_any_character() -> None:
    odd = {"hashtag": {"": 1, "\n": 2, "\x00": 3, "ÿ": 4, "a,b": 5, "\U0010ffff": 6}}
    assert counts.decode(counts.encode(odd)) == counts.empty() | odd


@given(st.binary(max_size=200) | st.binary(max_size=200).map(zlib.compress))
def test_damaged_bytes_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(counts.CountsFormatError):
        counts.decode(data)


@given(some_counts, st.text(max_size=3))
def test_packed_counts_are_found_one_by_one_and_all_together(given_counts: counts.Counts, other: str) -> None:
    packed = counts.PackedCounts(counts.encode(given_counts))
    for dimension, values in given_counts.items():
        assert packed.values(dimension) == values
        assert {name.decode(): count for name, count in packed.encoded(dimension)} == values
        assert {value: packed.count(dimension, value) for value in values} == values
        assert packed.count(dimension, other) == values.get(other, 0)


def test_a_byte_too_many_is_refused() -> None:
    inflated = zlib.decompress(counts.encode({"kind": {"post": 1}}))
    with pytest.raises(counts.CountsFormatError, match="1 bytes too many"):
        counts.decode(zlib.compress(inflated + b"\x00"))


@given(st.lists(some_counts, max_size=4))
def test_adding_is_what_a_counter_does(parts: list[counts.Counts]) -> None:
    total = counts.empty()
    expected: Counter[tuple[str, str]] = Counter()
    for part in parts:
        counts.add(total, part)
        expected.update({(dimension, value): count for dimension in part for value, count in part[dimension].items()})
    assert {(dimension, value): count for dimension in total for value, count in total[dimension].items()} == expected


def test_adding_leaves_the_addend_alone() -> None:
    addend: counts.Counts = counts.empty() | {"kind": {"post": 1}}
    total = counts.empty()
    counts.add(total, addend)
    counts.add(total, addend)
    assert (total["kind"], addend["kind"]) == ({"post": 2}, {"post": 1})


@given(some_counts, st.integers(1, 9))
def test_buckets_are_disjoint_and_whole(given_counts: counts.Counts, buckets: int) -> None:
    parts = counts.split(given_counts, buckets)
    assert len(parts) == 1 + buckets
    total = counts.empty()
    for number, part in enumerate(parts):
        for dimension, values in part.items():
            assert all(counts.bucket_of(dimension, value, buckets) == number for value in values)
            assert not total[dimension].keys() & values.keys()
        counts.add(total, part)
    assert total == given_counts


def test_the_form_is_compact() -> None:
    drawn = random.Random(7)
    hashtags = Counter(f"tag{int(drawn.paretovariate(1)) % 20_000}" for _ in range(1_000))
    assert len(counts.encode({"hashtag": hashtags})) < 4 * len(hashtags)
