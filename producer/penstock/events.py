"""The event: the one contract between clients, who build events, and ingest, which checks them."""

import os
import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from penstock.hashtags import normalise_hashtag

Kind = Literal["post", "reply", "repost", "like"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
Platform = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[a-z0-9]+(?:[_-][a-z0-9]+)*$")]
"""A platform's name: a lower-case slug."""

MAX_HASHTAG_CHARACTERS: Final = 100

_HASHTAGS: Final = {"hashtags"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def uuid7(now: Callable[[], int] = time.time_ns, random: Callable[[int], bytes] = os.urandom) -> UUID:
    """Make a UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits.

    The standard library has one from Python 3.14 on; this serves the versions before.
    """
    milliseconds = now() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(random(10), "big")
    value = value & ~(0xF << 76) | (0x7 << 76)  # version 7
    value = value & ~(0x3 << 62) | (0x2 << 62)  # the RFC's variant
    return UUID(int=value)


def _normalise_hashtags(hashtags: list[str]) -> list[str]:
    unique = dict.fromkeys(map(normalise_hashtag, hashtags))
    for hashtag in unique:
        if not 1 <= len(hashtag) <= MAX_HASHTAG_CHARACTERS:
            raise ValueError(f"a hashtag has 1 to {MAX_HASHTAG_CHARACTERS} characters, not {len(hashtag)}")
        # Of all strings only these reach Python code unchecked, and then could not be sent.
        if not hashtag.isascii() and _SURROGATE.search(hashtag):
            raise ValueError("a hashtag has no lone surrogates, which UTF-8 cannot express")
    return list(unique)


def _primary_tag(lang: str | None) -> str | None:
    return None if lang is None else lang.partition("-")[0].lower()


def _refuse_numbers(value: Any) -> Any:  # noqa: ANN401 - a validator sees input of any type
    # Pydantic would read a number as Unix seconds or milliseconds by its size: a guess about event time.
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not value[4:5] == "-":
        raise ValueError("a time is an ISO 8601 string with a UTC offset, like 2026-11-21T09:30:00Z")
    return value


class SocialEvent(BaseModel):
    """One post, reply, repost or like, as a client reports it.

    Identity is (``platform``, ``author``, ``event_id``): an event sent again with the same three counts once.
    Fields that this version does not know are ignored, so that newer clients can talk to an older pipeline.

    Raises:
        pydantic.ValidationError: names each field that breaks a rule.

    >>> event = SocialEvent(kind="post", platform="bluesky", author="did:plc:42",
    ...                     created_at="2026-11-21T09:30:00Z", lang="en-GB", hashtags=["#Rivers"])
    >>> event.lang, event.hashtags
    ('en', ['rivers'])
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    event_id: Annotated[str, StringConstraints(min_length=1, max_length=128)] = Field(
        default_factory=lambda: str(uuid7()),
        description="Unique for its platform and author; a UUIDv7 when the client gives none.",
    )
    kind: Kind = Field(description="What happened.")
    platform: Platform = Field(description="Where it happened: a lower-case slug.")
    author: Annotated[str, StringConstraints(min_length=1, max_length=256)] = Field(
        description="Who did it; also the default partition key."
    )
    created_at: Annotated[AwareDatetime, BeforeValidator(_refuse_numbers, json_schema_input_type=str)] = Field(
        description="Event time, with its offset from UTC; set once, never changed by a retry.",
        json_schema_extra={"format": "date-time"},
    )
    lang: Annotated[
        str | None,
        StringConstraints(max_length=35, pattern=r"^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$"),
        AfterValidator(_primary_tag),
    ] = Field(default=None, description="BCP 47 language tag, reduced to its lower-case primary tag.")
    hashtags: Annotated[list[str], Field(max_length=64), AfterValidator(_normalise_hashtags)] = Field(
        default=[],
        description="1 to 100 characters once normalised: NFKC, leading # stripped, trimmed, casefolded, "
        "duplicates dropped.",
    )
    text: Annotated[str | None, StringConstraints(max_length=20_000)] = Field(
        default=None, description="Never stored in tables, logs, metrics or trends."
    )

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the event's JSON Schema (draft 2020-12), which ``social-event.schema.json`` publishes."""
        schema = cls.model_json_schema()
        schema["description"] = cls.__doc__.partition("\n\n")[0] if cls.__doc__ else ""
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}

    def to_json(self) -> bytes:
        """Return the event as compact UTF-8 JSON without its empty fields: what goes on the stream."""
        # Not exclude_defaults, which makes an event id each time, only to compare it.
        return self.__pydantic_serializer__.to_json(
            self, exclude_none=True, exclude=None if self.hashtags else _HASHTAGS
        )
