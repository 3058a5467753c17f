"""A payload is read exactly as `SocialEvent` reads it: the same verdict, the same errors, the same normal form."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from consumers.ingest import reader
from consumers.ingest.reader import EventReader
from consumers.pane_log.fold import ValidEvent
from penstock.events import SocialEvent

GOOD: dict[str, Any] = {
    "event_id": "1",
    "kind": "post",
    "platform": "bluesky",
    "author": "ada",
    "created_at": "2026-11-21T09:30:00Z",
    "lang": "en",
    "hashtags": ["rivers"],
    "text": "water",
}

# It remembers what other examples have taught it, as in a warm function.
WARM = EventReader()


def read(data: bytes, by: EventReader) -> object:
    try:
        return by.read(data, 5, 7)
    except ValidationError as error:
        return error.errors(include_url=False)


def contract(data: bytes) -> object:
    try:
        event = SocialEvent.model_validate_json(data)
    except ValidationError as error:
        return error.errors(include_url=False)
    valid = ValidEvent.of(event, 5, 7)
    return valid if "event_id" in event.model_fields_set else valid._replace(event_id="")


def check(data: bytes) -> None:
    # Reprs, since errors hold exceptions, which only equal themselves.
    assert repr(read(data, WARM)) == repr(read(data, EventReader())) == repr(contract(data))


clocks = st.from_regex(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9][Tt _][0-2][0-9]:[0-6][0-9](:[0-6][0-9]([.,][0-9]{1,10})?)?", fullmatch=True
)
offsets = st.sampled_from(
    ["", "Z", "z", "+00:00", "-23:59", "+24:00", "+0130", "-00", "+01:00:30", " Z", "Z\n"],
)
times = st.one_of(
    st.datetimes().map(lambda time: time.isoformat() + "Z"),
    st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat()),
    st.builds(str.__add__, clocks, offsets),
    st.text(st.sampled_from("0123456789-:.,TZ+W "), max_size=30),
)
tags = st.text(max_size=6) | st.sampled_from(
    ["#Rivers", "rivers", " RIVERS", "#", "", "ﬁ", "fi", "İ", "straße", "x" * 101, "水"]
)
values: dict[str, st.SearchStrategy[Any]] = {
    "event_id": st.text(max_size=3) | st.text("ab", min_size=126, max_size=130),
    "kind": st.sampled_from(["post", "reply", "repost", "like", "Post", ""]),
    "platform": st.sampled_from(["bluesky", "x", "a_b-c", "a__b", "-", "Bluesky", "bluesky\n", "", "a" * 33, "ä"]),
    "author": st.text(max_size=3) | st.text("ab", min_size=254, max_size=258),
    "created_at": times,
    "lang": st.none()
    | st.sampled_from(["en", "EN-gb", "e", "en-", "zh-Hant-TW", "", "en_GB", "abcdefgh", "abcdefghi", "én"]),
    "hashtags": st.lists(tags, max_size=4) | st.lists(st.sampled_from("ab"), min_size=62, max_size=66),
    "text": st.none() | st.text(max_size=3) | st.sampled_from(["t" * 20_000, "t" * 20_001]),
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def payloads(draw: st.DrawFn) -> bytes:
    """Draw good payloads with some fields replaced by others like them, by anything, left out, repeated or added."""
    fields = list(GOOD.items())
    for name in draw(st.lists(st.sampled_from(list(GOOD)), max_size=4)):
        place = [key for key, _ in fields].index(name) if name in dict(fields) else None
        new = draw(st.one_of(values[name], values[name], anything))
        if place is None or draw(st.integers(0, 5)) == 0:
            fields.insert(draw(st.integers(0, len(fields))), (name, new))
        elif draw(st.integers(0, 3)) == 0:
            del fields[place]
        else:
            fields[place] = name, new
    if draw(st.booleans()):
        fields.append((draw(st.text(max_size=3)), draw(anything)))
    ascii_only = draw(st.booleans())
    parts = (f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=ascii_only)}" for name, value in fields)
    return f"{{{', '.join(parts)}}}".encode("utf-8", "surrogatepass")


@given(payloads())
@settings(max_examples=200, deadline=None)
def test_a_payload_is_read_as_the_contract_reads_it(data: bytes) -> None:
    check(data)


@given(times)
@settings(max_examples=200, deadline=None)
@example("2026-11-21T24:00:00Z")
@example("2026-11-21T09:30:60Z")
@example("2026-02-29T09:30:00Z")
@example("0000-01-01T00:00:00Z")
@example("2026-W47-6T09:30:00Z")
@example("2026-11-21T09:30:00.1234567Z")
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:59.999999-23:59")
@example("2026-11-21T09:30:00+24:00")
def test_a_time_is_read_as_the_contract_reads_it(time: str) -> None:
    check(json.dumps(GOOD | {"created_at": time}).encode())


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_bytes_replaced_anywhere_are_read_as_the_contract_reads_them(data: st.DataObject) -> None:
    whole = json.dumps(GOOD).encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 4, len(whole))))
    check(whole[:start] + data.draw(st.binary(max_size=4)) + whole[end:])


def test_an_event_that_the_sdk_sends_needs_no_model_once_its_hashtags_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = SocialEvent.model_validate(GOOD | {"hashtags": ["#Rivers", "水"], "lang": "en-GB"}).to_json()
    warm = EventReader()
    expected = warm.read(sent, 5, 7)

    def model(_: bytes) -> SocialEvent:
        raise AssertionError("a model was made")

    monkeypatch.setattr(reader, "_event", model)
    assert warm.read(sent, 5, 7) == expected
    assert EventReader().read(sent, 5, 7) == expected


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_REMEMBERED", 4)
    bounded = EventReader()
    for number in range(20):
        tag = chr(ord("a") + number)
        data = json.dumps(GOOD | {"hashtags": [tag, tag * 2], "lang": tag * 2, "platform": tag}).encode()
        assert repr(bounded.read(data, 5, 7)) == repr(contract(data))
        assert all(len(kept) <= 4 + 2 for kept in vars(bounded).values() if isinstance(kept, dict | set))


def test_every_rule_of_the_contract_is_one_of_a_field_that_is_read() -> None:
    schema: Any = reader._payload_schema()
    assert set(schema["fields"]) == set(SocialEvent.model_fields)
    decorators = SocialEvent.__pydantic_decorators__
    assert not any((decorators.validators, decorators.field_validators, decorators.root_validators))
    assert not decorators.model_validators
