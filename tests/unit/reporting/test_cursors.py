"""A cursor comes back as it went out, or is refused by name."""

import json
from base64 import urlsafe_b64encode
from hashlib import blake2s

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS
from reporting.cursors import Cursor, CursorError, Listing
from reporting.ranking import Sort
from reporting.windows import Window

TO = 1_777_456_800
CURSOR = Cursor(Listing("hashtag", Window.HOUR, Sort.COUNT, TO, 1_777_455_012_345), 4, "café")

cursors = st.builds(
    Cursor,
    st.builds(
        Listing,
        st.sampled_from(DIMENSIONS),
        st.sampled_from(Window),
        st.sampled_from(Sort),
        st.integers(0, 9_000_000).map(lambda hours: hours * 3_600),
        st.none() | st.integers(0, 2**45),
    ),
    st.integers(-(2**63), 2**63),
    st.text(max_size=100),
)


@given(cursors)
def test_decoding_gives_back_what_was_encoded(cursor: Cursor) -> None:
    assert Cursor.decode(cursor.encode()) == cursor


@given(cursors)
def test_a_cursor_needs_no_escaping_in_a_url(cursor: Cursor) -> None:
    assert set(cursor.encode()) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda data: urlsafe_b64encode(data).decode()))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorError, match="is damaged"):
        Cursor.decode(text)


@given(st.data())
def test_a_changed_character_is_noticed(data: st.DataObject) -> None:
    text = CURSOR.encode()
    at = data.draw(st.integers(0, len(text) - 2))  # the last one has bits that mean nothing
    other = data.draw(st.sampled_from("AZaz09-_").filter(lambda character: character != text[at]))
    with pytest.raises(CursorError, match="is damaged"):
        Cursor.decode(text[:at] + other + text[at + 1 :])


def forged(payload: object) -> str:
    data = json.dumps(payload).encode()
    return urlsafe_b64encode(blake2s(data, digest_size=6, person=b"cursor").digest() + data).decode().rstrip("=")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        [1, "hashtag", "1h", TO, None, 4, "a"],
        [2, "hashtag", "1h", TO, None, 4, "a"],
        [2, "hashtag", "1h", "count", TO, None, 4],
        [2, "hashtag", "1h", "shares", TO, None, 4, "a"],
        [2, "colour", "1h", "count", TO, None, 4, "a"],
        [2, ["hashtag"], "1h", "count", TO, None, 4, "a"],
        [2, "hashtag", "2h", "count", TO, None, 4, "a"],
        [2, "hashtag", "1h", "count", TO + 1, None, 4, "a"],
        [2, "hashtag", "1h", "count", -60, None, 4, "a"],
        [2, "hashtag", "1h", "count", 10**15 * 60, None, 4, "a"],
        [2, "hashtag", "1h", "count", True, None, 4, "a"],
        [2, "hashtag", "1h", "count", TO, "x", 4, "a"],
        [2, "hashtag", "1h", "count", TO, None, 4.5, "a"],
        [2, "hashtag", "1h", "count", TO, None, 4, 5],
    ],
)
def test_a_forged_cursor_is_refused(payload: object) -> None:
    with pytest.raises(CursorError, match="start again from the first page"):
        Cursor.decode(forged(payload))


def test_json_nested_beyond_reason_is_refused() -> None:
    data = b"[" * 100_000
    text = urlsafe_b64encode(blake2s(data, digest_size=6, person=b"cursor").digest() + data).decode()
    with pytest.raises(CursorError, match="is damaged"):
        Cursor.decode(text.rstrip("="))


def test_a_cursor_belongs_to_its_list() -> None:
    CURSOR.check("hashtag", Window.HOUR, Sort.COUNT, None)
    CURSOR.check("hashtag", Window.HOUR, Sort.COUNT, TO)
    with pytest.raises(CursorError, match="belongs to the list of hashtag over 1h"):
        CURSOR.check("lang", Window.HOUR, Sort.COUNT, None)
    with pytest.raises(CursorError, match="belongs to the list of hashtag over 1h"):
        CURSOR.check("hashtag", Window.DAY, Sort.COUNT, None)
    with pytest.raises(CursorError, match="belongs to the list of hashtag over 1h by count"):
        CURSOR.check("hashtag", Window.HOUR, Sort.RISE, None)
    with pytest.raises(CursorError, match="belongs to the window up to 2026-04-29T10:00:00Z"):
        CURSOR.check("hashtag", Window.HOUR, Sort.COUNT, TO + 60)
