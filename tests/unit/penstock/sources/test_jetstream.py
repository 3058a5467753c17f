import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from penstock.events import SocialEvent
from penstock.sources.jetstream import read_frame
from penstock.sources.source import RawEvent, raw_event

SEEN = datetime(2026, 5, 1, 12, 0, 0, 20110, tzinfo=UTC)
SEEN_US = 1_777_636_800_020_110
DID = "did:plc:abcdefghijklmnopqrstuvwx"
KEY = "3mks3cztz7z4h"  # a TID: 2026-05-01T11:59:59.741119Z
KEY_TIME = datetime(2026, 5, 1, 11, 59, 59, 741119, tzinfo=UTC)
LIKE, POST, REPOST = "app.bsky.feed.like", "app.bsky.feed.post", "app.bsky.feed.repost"


def frame(
    collection: str = POST,
    record: dict[str, Any] | None = None,
    *,
    operation: str = "create",
    key: str = KEY,
    **changes: object,
) -> bytes:
    record = {"createdAt": "2026-05-01T11:59:50.132Z"} | (record or {})
    commit = {"operation": operation, "collection": collection, "rkey": key, "record": record, "rev": "3mks3cztz7z4i"}
    return json.dumps({"did": DID, "time_us": SEEN_US, "kind": "commit", "commit": commit} | changes).encode()


def event(data: bytes, shift: timedelta = timedelta(0)) -> SocialEvent:
    item = read_frame(data, shift).item
    assert isinstance(item, SocialEvent)
    return item


def raw(data: bytes) -> RawEvent:
    item = read_frame(data).item
    assert isinstance(item, RawEvent)
    return item


@pytest.mark.parametrize(
    ("collection", "record", "kind"),
    [
        (LIKE, {}, "like"),
        (REPOST, {}, "repost"),
        (POST, {}, "post"),
        (POST, {"reply": None}, "post"),
        (POST, {"reply": {"parent": {}, "root": {}}}, "reply"),
        (LIKE, {"reply": {}}, "like"),
    ],
)
def test_a_created_record_is_an_event_of_its_kind(collection: str, record: dict[str, Any], kind: str) -> None:
    assert event(frame(collection, record)).kind == kind


def test_an_event_says_who_what_where_and_when() -> None:
    found = event(frame(POST, {"text": "Hello #Rivers", "langs": ["pt-BR", "en"], "tags": ["Rivers", "#Sea"]}))
    assert found == SocialEvent(
        event_id=f"at://{DID}/{POST}/{KEY}",
        kind="post",
        platform="bluesky",
        author=DID,
        created_at="2026-05-01T11:59:50.132Z",
        lang="pt",
        hashtags=["rivers", "sea"],
        text="Hello #Rivers",
    )


def test_hashtags_come_from_the_text_then_from_beside_it() -> None:
    tag = "app.bsky.richtext.facet#tag"
    facets = [
        {"features": [{"$type": tag, "tag": "One"}, {"$type": "app.bsky.richtext.facet#link", "uri": "u"}]},
        {"features": [{"$type": tag, "tag": "two"}]},
    ]
    assert event(frame(POST, {"facets": facets, "tags": ["three", "one"]})).hashtags == ["one", "two", "three"]


@pytest.mark.parametrize("facets", [None, "x", 7, {}, [None], ["x"], [{}], [{"features": None}], [{"features": ["x"]}]])
def test_facets_without_tag_features_have_no_hashtags(facets: object) -> None:
    assert event(frame(POST, {"facets": facets})).hashtags == []


@pytest.mark.parametrize("langs", [None, []])
def test_no_languages_is_no_language(langs: object) -> None:
    assert event(frame(POST, {"langs": langs})).lang is None


@pytest.mark.parametrize(
    "skipped",
    [
        frame(operation="delete"),
        frame(operation="update"),
        frame("app.bsky.graph.follow"),
        frame("app.bsky.feed.threadgate"),
        frame(kind="identity"),
        frame(kind="account"),
        frame(kind="something new"),
        frame(commit={"operation": "delete", "collection": LIKE, "rkey": KEY}),
    ],
)
def test_everything_else_is_skipped_but_tells_its_time(skipped: bytes) -> None:
    assert read_frame(skipped) == (SEEN_US, None)
    assert read_frame(skipped).time == SEEN


@pytest.mark.parametrize(
    "unreadable",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'"kind"',
        b"{}",
        b'{"kind":7}',
        b'{"kind":"commit"}',
        b'{"kind":"commit","commit":[]}',
        b'{"kind":"commit","commit":{"operation":"create"}}',
        b'{"kind":"commit","commit":{"operation":["create"],"collection":{}}}',
        b'{"kind":"identity","did":"\\ud800"}',
        frame(did=None),
        frame(key=None),  # type: ignore[arg-type] # what a broken server might send
        frame(time_us=None),
        frame(time_us="1777636800020110"),
        frame(time_us=True),
        frame(time_us=-1),
        frame(time_us=10**30),
        frame().replace(b'"record"', b'"recrod"'),
    ],
)
def test_an_unreadable_frame_goes_out_as_its_bytes(unreadable: bytes) -> None:
    assert raw(unreadable) == raw_event(unreadable)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"langs": ["english please"]}, "lang"),
        ({"langs": [7]}, "lang"),
        ({"tags": ["#"]}, "hashtags"),
        ({"tags": [None]}, "hashtags"),
        ({"tags": ["x" * 101]}, "hashtags"),
        ({"tags": [str(number) for number in range(65)]}, "hashtags"),
        ({"text": "é" * 20_001}, "text"),
        ({"text": {}}, "text"),
    ],
)
def test_a_record_that_breaks_a_rule_goes_out_to_be_set_aside_for_it(record: dict[str, Any], field: str) -> None:
    item = raw(frame(POST, record))
    with pytest.raises(ValidationError) as refused:
        SocialEvent.model_validate_json(item.data)
    assert {error["loc"][0] for error in refused.value.errors()} == {field}
    assert json.loads(item.data)["event_id"] == f"at://{DID}/{POST}/{KEY}"


def test_a_name_too_long_for_an_event_id_goes_out_to_be_set_aside() -> None:
    assert json.loads(raw(frame(key="k" * 300)).data)["author"] == DID


def test_the_records_own_word_is_believed_up_to_5_minutes_ahead() -> None:
    on_time = (SEEN + timedelta(minutes=5)).isoformat()
    assert event(frame(record={"createdAt": on_time})).created_at == SEEN + timedelta(minutes=5)
    ahead = (SEEN + timedelta(minutes=5, microseconds=1)).isoformat()
    assert event(frame(record={"createdAt": ahead})).created_at == KEY_TIME


def test_the_past_is_believed_however_far() -> None:
    assert event(frame(record={"createdAt": "2023-01-01T00:00:00+09:00"})).created_at == datetime(
        2022, 12, 31, 15, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "created",
    [None, "", "yesterday", 1777636800, "1777636800", "2026-05-01", "2026-05-01T11:59:50", "2026-13-01T00:00:00Z", {}],
)
def test_an_unreadable_time_is_that_of_the_key(created: object) -> None:
    assert event(frame(record={"createdAt": created})).created_at == KEY_TIME


def test_without_a_readable_time_or_a_tid_it_is_that_of_the_frame() -> None:
    assert event(frame(record={"createdAt": "soon"}, key="self")).created_at == SEEN
    assert event(frame(record={"createdAt": "2036-01-01T00:00:00Z"}, key="self")).created_at == SEEN


def test_a_shift_moves_the_time_and_nothing_else() -> None:
    shift = timedelta(days=200, microseconds=1)
    still, moved = event(frame()), event(frame(), shift)
    assert moved.created_at == still.created_at + shift
    assert moved.model_copy(update={"created_at": still.created_at}) == still


def test_the_5_minutes_are_counted_before_the_shift() -> None:
    ahead = (SEEN + timedelta(hours=1)).isoformat()
    assert event(frame(record={"createdAt": ahead}), timedelta(days=-1)).created_at == KEY_TIME - timedelta(days=1)


def test_the_year_1_can_be_shifted_no_further() -> None:
    first = {"createdAt": "0001-01-01T00:00:00Z"}
    assert event(frame(record=first), timedelta(days=-1)).created_at == datetime(1, 1, 1, tzinfo=UTC)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["createdAt", "langs", "tags", "facets", "text", "reply"]), json_values),
    st.sampled_from([LIKE, POST, REPOST]) | json_values,
    json_values,
    json_values,
)
def test_whatever_comes_is_an_event_a_raw_event_or_nothing(
    record: dict[str, Any],
    collection: Any,  # noqa: ANN401 - hostile input
    key: Any,  # noqa: ANN401 - hostile input
    time_us: object,
) -> None:
    data = frame(collection, record, key=key, time_us=time_us)
    item = read_frame(data).item
    if isinstance(item, SocialEvent):
        assert SocialEvent.model_validate_json(item.to_json()) == item
    elif item is not None:
        with pytest.raises(ValidationError):
            SocialEvent.model_validate_json(item.data)


@given(st.binary())
def test_whatever_bytes_come_they_are_kept(data: bytes) -> None:
    time_us, item = read_frame(data)
    assert time_us is None
    assert item == raw_event(data)
