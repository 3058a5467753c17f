"""Bucket items come back from the table as they went in; what this code can't read is named, never guessed."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import empty
from consumers.pane_log.log import MAX_ITEM_BYTES
from consumers.pane_log.segment import size
from consumers.schedule.schedule import MAX_ADDRESSES
from consumers.tables import Level, trend_key
from consumers.trends.errors import BucketTooLargeError, NewerTrendsFormatError, TrendsFormatError
from consumers.trends.item import MAX_PART_BYTES, MAX_PARTS, AttributeMap, BucketItem, decode_item, encode_item

START = 1_763_717_400
"""2025-11-21T09:30:00Z."""


def a_blank(level: Level = Level.MINUTE, start: int = START) -> BucketItem:
    return BucketItem.blank(level, start, 3, positions=4, expires_at=2_000_000_000)


def test_the_number_of_buckets_is_kept_where_it_is_known() -> None:
    blank = BucketItem.blank(Level.MINUTE, START, 3, positions=4, expires_at=1, buckets=5)
    (encoded,) = encode_item(blank.succeeded_by(empty(), (1, 0, 0, 0), None))
    assert encoded["b"] == {"N": "5"}
    assert decode_item(Level.MINUTE, encoded).buckets == 5
    assert decode_item(Level.MINUTE, without(encoded, "b")).buckets is None


def an_item(**hashtags: int) -> BucketItem:
    return a_blank().succeeded_by(empty() | {"hashtag": hashtags}, (1, 0, 2, 0), 1_763_717_401_234)


def an_incompressible_item(packed_bytes: int) -> BucketItem:
    """Return an item whose counts are of that size, without making counts of it."""
    blank = a_blank()
    return BucketItem(**{**vars(blank), "revision": 1, "packed": random.Random(1).randbytes(packed_bytes)})


@pytest.mark.parametrize("level", list(Level))
@given(
    hashtags=st.dictionaries(st.text(min_size=1, max_size=8), st.integers(1, 2**40), max_size=5),
    newest=st.none() | st.integers(1, 2**42),
)
def test_an_item_comes_back_as_it_was(level: Level, hashtags: dict[str, int], newest: int | None) -> None:
    item = a_blank(level, level.floor(START)).succeeded_by(empty() | {"hashtag": hashtags}, (1, 2, 3, 256), newest)
    (encoded,) = encode_item(item)
    assert decode_item(level, encoded) == item
    assert decode_item(level, encoded).counts == item.counts


def test_an_item_has_the_attributes_of_the_layout() -> None:
    (encoded,) = encode_item(an_item(rivers=2))
    assert encoded == {
        "bucket": {"S": "minute#2025-11-21T09#3"},
        "start": {"S": "2025-11-21T09:30"},
        "v": {"N": "1"},
        "r": {"N": "1"},
        "e": {"B": b"\x01\x01\x00\x02\x00"},
        "c": {"B": an_item(rivers=2).packed},
        "a": {"N": "1763717401234"},
        "x": {"N": "2000000000"},
    }
    assert an_item().key == trend_key(Level.MINUTE, START, 3)


def test_the_newest_arrival_never_goes_back() -> None:
    older = an_item(rivers=2).succeeded_by(empty(), (2, 0, 2, 0), 5)
    assert older.newest_arrival_ms == 1_763_717_401_234
    assert a_blank().succeeded_by(empty(), (0,), None).newest_arrival_ms is None


@pytest.mark.parametrize("addresses", [48, MAX_ADDRESSES])
@pytest.mark.parametrize("largest", [1, 300, 70_000])
def test_no_item_is_larger_than_dynamodb_takes_however_large_the_schedule(addresses: int, largest: int) -> None:
    vector = (*(1,) * (addresses - 1), largest)
    item = replace(an_incompressible_item(2 * MAX_PART_BYTES), vector=vector, newest_arrival_ms=1, buckets=1_024)
    first, *parts = encode_item(item)
    assert all(size(each) <= MAX_ITEM_BYTES for each in (first, *parts))
    assert decode_item(Level.MINUTE, first, [bytes(part["c"]["B"]) for part in parts]) == item


@pytest.mark.parametrize("size", [MAX_PART_BYTES, MAX_PART_BYTES + 1, MAX_PARTS * MAX_PART_BYTES])
def test_counts_too_big_for_one_item_come_in_parts(size: int) -> None:
    item = an_incompressible_item(size)
    first, *parts = encode_item(item)
    assert len(parts) == -(-size // MAX_PART_BYTES) - 1
    assert [part["start"]["S"] for part in parts] == [f"2025-11-21T09:30#{n + 1}" for n in range(len(parts))]
    assert {part["r"]["N"] for part in parts} <= {"1"}
    assert decode_item(Level.MINUTE, first, [bytes(part["c"]["B"]) for part in parts]) == item
    for encoded in (first, *parts):
        assert sum(len(name) + len(str(value)) for name, value in encoded.items() if name != "c") < 20 * 1024


def test_counts_too_big_for_a_transaction_are_an_error_that_says_what_to_do() -> None:
    item = an_incompressible_item(MAX_PARTS * MAX_PART_BYTES + 1)
    item.__dict__["counts"] = empty() | {"hashtag": {"a": 1, "b": 1}}
    with pytest.raises(BucketTooLargeError, match=r"minute 2025-11-21T09:30 bucket 3 .* 2 values.*more buckets"):
        encode_item(item)


def without(item: AttributeMap, name: str) -> AttributeMap:
    return {key: value for key, value in item.items() if key != name}


@pytest.mark.parametrize("name", ["bucket", "start", "r", "e", "c", "x", "v"])
def test_an_item_that_lacks_something_is_named(name: str) -> None:
    (encoded,) = encode_item(an_item(rivers=2))
    with pytest.raises(TrendsFormatError, match=r"no bucket item|without a format version"):
        decode_item(Level.MINUTE, without(encoded, name))


def test_damaged_counts_are_named_when_they_are_used() -> None:
    (encoded,) = encode_item(an_item(rivers=2))
    damaged = decode_item(Level.MINUTE, {**encoded, "c": {"B": b"damaged"}})
    with pytest.raises(TrendsFormatError, match="minute 2025-11-21T09:30 bucket 3"):
        _ = damaged.counts


def test_a_newer_version_asks_for_newer_code() -> None:
    (encoded,) = encode_item(an_item(rivers=2))
    with pytest.raises(NewerTrendsFormatError, match=r"version 2.*deploy newer code"):
        decode_item(Level.MINUTE, {**encoded, "v": {"N": "2"}})
