"""What the frames of a spool hold."""

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.aggregation import UserRecord
from penstock.errors import InvalidEventError
from penstock.spool.entries import (
    FORMAT_VERSION,
    HEAD_BYTES,
    UnknownVersionError,
    check_head,
    decode_done,
    decode_event,
    encode_done,
    encode_event,
    encode_head,
)

keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256)
hash_keys = st.none() | st.integers(0, 2**128 - 1).map(str)


@given(keys, hash_keys, st.binary(max_size=300))
def test_events_come_back_as_they_were(key: str, hash_key: str | None, data: bytes) -> None:
    assert decode_event(encode_event(key, hash_key, data)) == UserRecord(key, hash_key, data)


@given(st.binary(max_size=60))
def test_no_bytes_are_read_as_an_event_that_kinesis_would_refuse(payload: bytes) -> None:
    event = decode_event(payload)
    assert event is None or encode_event(*event) == payload


@pytest.mark.parametrize(("key", "hash_key"), [("", None), ("k" * 257, None), ("key", "-1"), ("key", ""), (None, None)])
def test_keys_that_kinesis_does_not_take_are_refused(key: str, hash_key: str | None) -> None:
    with pytest.raises(InvalidEventError):
        encode_event(key, hash_key, b"data")


@given(st.sets(st.integers(0, 2**20), min_size=1, max_size=200).map(sorted))
def test_acknowledgements_come_back_as_they_were(indexes: list[int]) -> None:
    assert decode_done(encode_done(indexes)) == indexes


def test_neighbours_are_acknowledged_in_a_byte_each() -> None:
    assert len(encode_done(list(range(1000, 2000, 8)))) == 125 + 1


def test_a_later_version_is_refused_and_a_damaged_head_is_not() -> None:
    head = encode_head()
    assert len(head) == HEAD_BYTES
    check_head(head)
    check_head(head[:5])
    check_head(b"\x00" * HEAD_BYTES)
    later = head[:8] + (FORMAT_VERSION + 1).to_bytes(2, "little")
    with pytest.raises(UnknownVersionError, match="version 2"):
        check_head(later + _checksum(later))


def _checksum(data: bytes) -> bytes:

    return crc32(data).to_bytes(4, "little")
