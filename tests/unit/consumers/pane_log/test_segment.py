"""A segment survives DynamoDB and its stream, and what is no segment is refused by name."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers import counts
from consumers.pane_log import segment as segments
from consumers.pane_log.segment import Segment, SegmentFormatError
from consumers.schedule import Address

ADDRESS = Address(1_763_717_400, 10, 3, 8)

some_segments = st.builds(
    Segment,
    address=st.builds(Address, st.integers(0, 2**33), st.just(10), st.integers(0, 7), st.just(8)),
    number=st.integers(0, 10_000),
    fingerprints=st.lists(st.binary(min_size=8, max_size=8), max_size=5).map(b"".join),
    counts=st.fixed_dictionaries(
        dict.fromkeys(counts.DIMENSIONS, st.dictionaries(st.text(min_size=1), st.integers(1, 10**6), max_size=3))
    ),
    nonce=st.binary(min_size=8, max_size=8),
    arrived_ms=st.integers(0, 2**43),
    expires=st.integers(0, 2**33),
)


def a_segment(**changes: object) -> Segment:
    fields: dict[str, Any] = {
        "address": ADDRESS,
        "number": 2,
        "fingerprints": b"12345678abcdefgh",
        "counts": counts.empty() | {"kind": {"post": 2}},
        "nonce": b"nonce123",
        "arrived_ms": 1_763_717_412_345,
        "expires": 1_765_013_410,
    }
    return Segment(**fields | changes)


@given(some_segments)
def test_decoding_gives_back_what_was_encoded(segment: Segment) -> None:
    assert segments.decode(segments.encode(segment)) == segment


@given(some_segments)
def test_the_form_of_a_stream_record_is_read_too(segment: Segment) -> None:
    image = {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value
        for name, value in segments.encode(segment).items()
    }
    assert segments.decode(image) == segment


def test_the_item_is_as_the_layout_says() -> None:
    item = segments.encode(a_segment())
    assert item.pop("c")["B"]
    assert item == {
        "address": {"S": "1763717400+10#3/8"},
        "segment": {"N": "2"},
        "v": {"N": "1"},
        "w": {"B": b"nonce123"},
        "f": {"B": b"12345678abcdefgh"},
        "a": {"N": "1763717412345"},
        "x": {"N": "1765013410"},
    }


def test_a_segment_knows_how_many_events_it_counts() -> None:
    assert a_segment().events == 2


def test_fingerprints_must_be_whole() -> None:
    with pytest.raises(ValueError, match="7 bytes"):
        a_segment(fingerprints=b"1234567")


def test_another_format_version_is_refused_by_name() -> None:
    item = segments.encode(a_segment()) | {"v": {"N": "9"}}
    with pytest.raises(SegmentFormatError, match=r"1763717400\+10#3/8 segment 2 has format version 9"):
        segments.decode(item)


@pytest.mark.parametrize("name", ["address", "segment", "v", "w", "f", "c", "a", "x"])
def test_a_damaged_item_is_refused_without_showing_its_content(name: str) -> None:
    item: dict[str, Any] = {**segments.encode(a_segment())}
    for damaged in (item | {name: {"S": "se~cret"}}, {key: item[key] for key in item if key != name}):
        with pytest.raises(SegmentFormatError) as caught:
            segments.decode(damaged)
        assert name == "address" or "se~cret" not in str(caught.value)


def test_an_items_size_follows_the_documented_rules() -> None:
    item: dict[str, dict[str, Any]] = {"ab": {"S": "cde"}, "f": {"B": b"x" * 16}, "n": {"N": "1234"}}
    assert segments.size(item) == (2 + 3) + (1 + 16) + (1 + 2 + 2)
