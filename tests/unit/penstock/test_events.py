"""SocialEvent enforces the design's table, rule by rule."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import penstock.events
from penstock.events import SocialEvent, uuid7
from penstock.hashtags import normalise_hashtag

VALID: dict[str, Any] = {
    "event_id": "e-1",
    "kind": "post",
    "platform": "bluesky",
    "author": "did:plc:42",
    "created_at": "2026-11-21T09:30:00.250Z",
}


def event(**fields: Any) -> SocialEvent:  # noqa: ANN401 - a field under test has any type
    return SocialEvent.model_validate(VALID | fields)


def broken_field(**fields: Any) -> str:  # noqa: ANN401 - as above
    with pytest.raises(ValidationError) as caught:
        event(**fields)
    (error,) = caught.value.errors()
    return str(error["loc"][0])


@pytest.mark.parametrize(
    "fields",
    [
        {"event_id": ""},
        {"event_id": "x" * 129},
        {"event_id": 7},
        {"kind": "share"},
        {"kind": "Post"},
        {"platform": ""},
        {"platform": "x" * 33},
        {"platform": "Bluesky"},
        {"platform": "blue sky"},
        {"platform": "-bluesky"},
        {"author": ""},
        {"author": "x" * 257},
        {"author": None},
        {"created_at": "2026-11-21T09:30:00"},
        {"created_at": "2026-11-21"},
        {"created_at": "yesterday"},
        {"created_at": "1763717400"},
        {"created_at": 1763717400},
        {"created_at": True},
        {"created_at": None},
        {"lang": "e"},
        {"lang": ""},
        {"lang": "en_GB"},
        {"lang": "en-"},
        {"lang": "x" * 9},
        {"hashtags": ["a"] * 65},
        {"hashtags": [""]},
        {"hashtags": [" # "]},
        {"hashtags": ["x" * 101]},
        {"hashtags": "rivers"},
        {"hashtags": [3]},
        {"hashtags": None},
        {"hashtags": ["\ud800"]},
        {"author": "\ud800"},
        {"event_id": "\ud800"},
        {"text": "\ud800"},
        {"text": "x" * 20_001},
        {"text": 5},
    ],
    ids=repr,
)
def test_a_broken_rule_is_refused_and_its_field_named(fields: dict[str, Any]) -> None:
    assert broken_field(**fields) == next(iter(fields))


@pytest.mark.parametrize("missing", ["kind", "platform", "author", "created_at"])
def test_required_fields_are_required(missing: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SocialEvent.model_validate({name: value for name, value in VALID.items() if name != missing})
    assert [error["loc"] for error in caught.value.errors()] == [(missing,)]


def test_limits_themselves_are_allowed() -> None:
    limit = event(
        event_id="x" * 128,
        platform="x" * 32,
        author="é" * 256,
        hashtags=[f"{number:0100d}" for number in range(64)],
        text="𝄞" * 20_000,
    )
    assert (len(limit.event_id), len(limit.author), len(limit.hashtags), len(limit.text or "")) == (
        128,
        256,
        64,
        20_000,
    )


def test_an_event_without_id_gets_a_time_ordered_uuid() -> None:
    fields = {name: value for name, value in VALID.items() if name != "event_id"}
    first, second = SocialEvent.model_validate(fields), SocialEvent.model_validate(fields)
    assert first.event_id != second.event_id
    assert UUID(first.event_id).version == 7
    assert "event_id" not in first.model_fields_set, "ingest tells a made-up id from a given one by this"


def test_uuid7_has_the_layout_of_rfc_9562() -> None:
    made = uuid7(now=lambda: 0x0123_4567_89AB * 1_000_000, random=lambda count: b"\xff" * count)
    assert str(made) == "01234567-89ab-7fff-bfff-ffffffffffff"
    assert made.variant == "specified in RFC 4122"


@pytest.mark.parametrize(
    ("given_tag", "lang"), [("en", "en"), ("pt-BR", "pt"), ("ZH-Hant-TW", "zh"), ("yue", "yue"), (None, None)]
)
def test_language_is_reduced_to_its_primary_tag(given_tag: str | None, lang: str | None) -> None:
    assert event(lang=given_tag).lang == lang


@pytest.mark.parametrize(
    ("hashtag", "normal"),
    [
        ("Rivers", "rivers"),
        ("#Rivers", "rivers"),
        ("##Rivers", "rivers"),
        ("  # Rivers  ", "rivers"),
        ("＃Ｒｉｖｅｒｓ", "rivers"),
        ("Straße", "strasse"),
        ("ﬁsh", "fish"),
        ("東京", "東京"),
        ("مرحبا", "مرحبا"),
        ("#1", "1"),
        ("C#", "c#"),
        ("a b", "a b"),
    ],
)
def test_hashtags_are_counted_under_their_normal_form(hashtag: str, normal: str) -> None:
    assert event(hashtags=[hashtag]).hashtags == [normal]


def test_a_hashtag_counts_once_an_event() -> None:
    assert event(hashtags=["Rivers", "#rivers", "ＲＩＶＥＲＳ", "lakes"]).hashtags == ["rivers", "lakes"]


@given(st.text())
def test_normalising_a_hashtag_twice_changes_nothing(text: str) -> None:
    assert normalise_hashtag(normalise_hashtag(text)) == normalise_hashtag(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_the_ascii_shortcut_equals_the_general_rule(text: str) -> None:
    assert normalise_hashtag(text) == normalise_hashtag(text + "é").removesuffix("é").rstrip()


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        event().author = "someone else"  # type: ignore[misc] # that it is refused is the point


def test_unknown_fields_are_ignored_for_newer_clients() -> None:
    assert event(mood="calm") == event()


instants = st.floats(0, 4e9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(instants, st.integers(-23, 23), st.lists(st.text(min_size=1, max_size=20), max_size=5), st.none() | st.text())
def test_json_carries_an_event_unharmed(at: datetime, offset: int, hashtags: list[str], text: str | None) -> None:
    usable = [tag for tag in hashtags if normalise_hashtag(tag)]
    sent = event(created_at=at.astimezone(timezone(timedelta(hours=offset))), hashtags=usable, text=text, lang="de-AT")
    received = SocialEvent.model_validate_json(sent.to_json())
    assert received == sent
    assert received.model_fields_set >= {"event_id", "kind", "platform", "author", "created_at"}


def test_json_leaves_out_what_is_empty() -> None:
    assert set(json.loads(event().to_json())) == set(VALID)
    assert set(json.loads(event(lang=None, hashtags=[], text=None).to_json())) == set(VALID)


def test_json_keeps_an_event_id_that_was_made() -> None:
    made = SocialEvent.model_validate({name: value for name, value in VALID.items() if name != "event_id"})
    assert json.loads(made.to_json())["event_id"] == made.event_id


def test_the_published_schema_is_the_model_s() -> None:
    published = json.loads(Path(penstock.events.__file__).with_name("social-event.schema.json").read_text())
    assert published == SocialEvent.json_schema(), "run `make schema`"


def test_the_schema_tells_valid_from_broken_as_the_model_does() -> None:
    validator = jsonschema.Draft202012Validator(SocialEvent.json_schema())
    assert validator.is_valid(VALID | {"lang": "en-GB", "hashtags": ["#a"], "text": "x"})
    for broken in ({"kind": "share"}, {"author": ""}, {"lang": "en_GB"}, {"platform": "A"}, {"created_at": 3}):
        assert not validator.is_valid(VALID | broken)
