"""A fix-up changes what it says and nothing else, and the same way each time."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.redrive.fix_up import FixUp, FixUpError, Payload
from consumers.redrive.selection import json_object
from tests.unit.consumers.redrive.failures import ARRIVED, SHARD, a_failed_event, payload

DERIVED = f"{SHARD}:4959:3"


def applied(fix_up: FixUp, data: bytes) -> list[Any]:
    return [json.loads(each) for each in fix_up.apply(a_failed_event(data=data))]


@given(st.binary())
def test_without_a_fix_up_raw_bytes_stay(data: bytes) -> None:
    assert FixUp().apply(a_failed_event(data=data)) == [data] or "event_id" not in (json_object(data) or {})


def test_an_event_with_an_id_keeps_its_bytes_whatever_they_look_like() -> None:
    data = b'{"event_id" : "1",\n "author":"\\u00e4", "x":1e3, "x":2}'
    assert FixUp().apply(a_failed_event(data=data)) == [data]


def test_an_event_without_an_id_gets_the_one_that_ingest_derives_each_time_the_same() -> None:
    (event,) = applied(FixUp(), payload(event_id=None))
    assert event == json.loads(payload(event_id=DERIVED))


@pytest.mark.parametrize(
    ("assignment", "changed"),
    [
        ("created_at=arrival", {"created_at": ARRIVED}),
        ("created_at=2026-11-21T09:00:00Z", {"created_at": "2026-11-21T09:00:00Z"}),
        ("event_id=position", {"event_id": DERIVED}),
        ("lang=und", {"lang": "und"}),
        ("lang=null", {"lang": None}),
        ("author=123", {"author": "123"}),
        ('hashtags=["a","b"]', {"hashtags": ["a", "b"]}),
        ('platform="my=space"', {"platform": "my=space"}),
    ],
)
def test_a_field_is_set(assignment: str, changed: dict[str, object]) -> None:
    fix_up = FixUp.parse([assignment])
    assert fix_up
    assert applied(fix_up, payload(lang="x")) == [json.loads(payload(lang="x")) | changed]
    assert applied(fix_up, payload(lang="x")) == applied(fix_up, payload(lang="x"))


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("lang", "is not FIELD=VALUE"),
        ("colour=red", "is not FIELD=VALUE"),
        ("event_id=7", "many events would count as one"),
        ("hashtags=[a]", "begins like JSON and is none"),
    ],
)
def test_an_assignment_that_cannot_be_meant_is_refused(assignment: str, message: str) -> None:
    with pytest.raises(FixUpError, match=message):
        FixUp.parse([assignment])


def test_no_field_of_what_is_no_object_can_be_set() -> None:
    with pytest.raises(FixUpError, match="no JSON object"):
        FixUp.parse(["lang=und"]).apply(a_failed_event(data=b"{"))


def test_a_function_gets_the_fields_and_returns_them() -> None:
    def lower(event: Payload) -> Payload:
        assert isinstance(event, dict)
        return event | {"platform": event["platform"].lower()}

    fix_up = FixUp.parse(["lang=und"], lower, "mending:lower")
    assert str(fix_up) == "mending:lower lang=und"
    assert applied(fix_up, payload(platform="MINE")) == [json.loads(payload(platform="mine", lang="und"))]


def test_a_function_gets_the_bytes_of_what_is_no_object_and_may_return_several_events() -> None:
    def split(data: Payload) -> list[Payload]:
        assert data == b"a;b"
        return [{"author": "a"}, {"author": "b"}, b"\xff"]

    one, two, three = FixUp.parse([], split, "mending:split").apply(a_failed_event(data=b"a;b"))
    assert json.loads(one) == {"author": "a", "event_id": DERIVED}
    assert json.loads(two) == {"author": "b", "event_id": f"{DERIVED}/1"}
    assert three == b"\xff"


def test_a_function_may_leave_an_event_alone() -> None:
    assert FixUp.parse([], lambda _event: None, "f").apply(a_failed_event()) == []


def fails(_event: Payload) -> Payload:
    raise LookupError("nothing there")


def ends(_event: Payload) -> Payload:
    sys.exit(0)


class SilentError(Exception):
    """One that breaks when it is asked for its message."""

    def __str__(self) -> str:
        raise ValueError("no message")


def fails_silently(_event: Payload) -> Payload:
    raise SilentError


class OddDict(dict[str, Any]):
    """One that breaks when it is merged or looked through."""

    def __or__(self, _other: object) -> Any:  # noqa: ANN401 - the base's signature
        raise RuntimeError("not to be merged")

    def keys(self) -> Any:  # noqa: ANN401 - the base's signature
        raise RuntimeError("not to be looked through")

    items = __iter__ = keys


def no_ends() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["again"] = value
    return value


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (ends, "f raised SystemExit: 0"),
        (fails_silently, "f raised SilentError$"),
        (lambda _event: OddDict(a=1), "RuntimeError: not to be looked through"),
        (lambda _event: {"author": OddDict(a=1)}, "can't be written as JSON: RuntimeError"),
        (lambda _event: no_ends(), "can't be written as JSON: ValueError"),
        (lambda _event: {"author": "\ud800"}, "can't be written as JSON: UnicodeEncodeError"),
        (fails, "f raised LookupError: nothing there"),
        (lambda _event: "text", "returned str, not a dict"),
        (lambda _event: {"author": object()}, "can't be written as JSON"),
    ],
)
def test_what_a_function_does_wrong_concerns_one_event(function: Any, message: str) -> None:  # noqa: ANN401 - wrong on purpose
    with pytest.raises(FixUpError, match=message):
        FixUp.parse([], function, "f").apply(a_failed_event())


def test_ctrl_c_in_a_function_is_ctrl_c() -> None:
    def interrupted(_event: Payload) -> Payload:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FixUp.parse([], interrupted, "f").apply(a_failed_event())


def test_a_changed_event_is_not_larger_than_its_text() -> None:
    text = "\u00e4\u65e5\U0001f600" * 100
    (changed,) = FixUp.parse(["lang=ja"]).apply(a_failed_event(data=payload(text=text)))
    assert len(changed) < len(text.encode()) + 200
    assert json.loads(changed)["text"] == text


def test_events_of_one_payload_that_would_count_as_one_are_refused() -> None:
    def copies(event: Payload) -> list[Payload]:
        assert isinstance(event, dict)
        return [event, event | {"text": "second"}]

    with pytest.raises(FixUpError, match="same platform, author and event_id"):
        FixUp.parse([], copies, "f").apply(a_failed_event(data=payload()))
    for fix_up, data in [
        (FixUp.parse([], copies, "f"), payload(event_id=None)),
        (FixUp.parse(["event_id=position"], copies, "f"), payload()),
    ]:
        assert [each["event_id"] for each in applied(fix_up, data)] == [DERIVED, f"{DERIVED}/1"]


def test_a_function_cannot_change_what_it_was_given() -> None:
    def meddle(event: Payload) -> None:
        assert isinstance(event, dict)
        event.clear()

    event = a_failed_event()
    assert FixUp.parse([], meddle, "f").apply(event) == []
    assert FixUp().apply(event) == [event.data]
