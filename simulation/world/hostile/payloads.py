"""Payloads made to break who reads them. Each is an event by the contract, however odd, or it has a reason to fail."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from simulation.world.truth import Sent

Payload = tuple[bytes, Sent | str]
"""What is put, and the event that it is or why it is none."""

DEEP: Final = 3_000
"""Levels of nesting that no reader goes down to."""
WAVE: Final = "\U0001f30a"
HUGE: Final = "9" * 400
"""Digits of a number."""

UNREADABLE: Final = (
    b"",
    b"\x00" * 20,
    b"{",
    b"\xff\xfe",
    b"[1, 2]",
    b"null",
    b'"post"',
    b"1e999",
    HUGE.encode(),
    b"NaN",
    b"{'kind': 'post'}",
    b'{"kind": "post"} {"kind": "post"}',
    b'{"kind": "\xed\xa0\x80"}',
    b'{"kind": "\xc0\xae"}',
    b"\xef\xbb\xbf{}",
    '{"kind": "post"}'.encode("utf-16"),
    b"[" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
)
"""Neither JSON nor, where it is, an object."""

AWRY: Final[tuple[dict[str, Any], ...]] = (
    {"event_id": 7},
    {"event_id": ""},
    {"event_id": "x" * 129},
    {"event_id": None},
    {"kind": "nothing"},
    {"kind": ["post"]},
    {"kind": "post\u0000"},
    {"platform": "Bluesky"},
    {"platform": "bluesky\n"},
    {"platform": "bluesk\u0443"},  # the last letter is a Cyrillic one
    {"author": ""},
    {"author": {"name": "ada"}},
    {"author": WAVE * 257},
    {"created_at": 1e308},
    {"created_at": 1_763_769_600},
    {"created_at": "2025-11-22T00:00:00"},
    {"created_at": "2025-02-30T00:00:00Z"},
    {"created_at": "20251-11-22T00:00:00Z"},
    {"created_at": "\u0662\u0660\u0662\u0665-11-22T00:00:00Z"},  # digits, but Arabic ones
    {"created_at": None},
    {"lang": "e"},
    {"lang": "en_GB"},
    {"lang": "en-" + "x" * 33},
    {"lang": ["en"]},
    {"hashtags": "rivers"},
    {"hashtags": {"rivers": 1}},
    {"hashtags": ["rivers", None]},
    {"hashtags": ["rivers", ["lakes"]]},
    {"hashtags": ["rivers"] * 65},
    {"hashtags": ["#"]},
    {"hashtags": ["\uff03\u3000"]},  # a wide number sign and a wide space: nothing is left of them
    {"hashtags": ["\ufdfa" * 6]},  # six characters, of which NFKC makes 108
    {"text": "x" * 20_001},
    {"text": 0},
)
"""Fields of an event that break its rules."""

TAGS: Final = (
    ("Rivers", "rivers"),
    ("##rivers", "rivers"),
    ("\uff32\uff49\uff56\uff45\uff52\uff53", "rivers"),  # wide letters
    (" lakes\u00a0", "lakes"),
    ("Stra\u00dfe", "strasse"),
    ("\ufb01sh", "fish"),  # a ligature
    ("\u0130", "i\u0307"),  # a capital I with a dot
    ("e\u0301", "\u00e9"),  # two characters, which NFKC makes one
    ("\u1e9e\u017f", "sss"),
    ("\u202eseas", "\u202eseas"),  # written from right to left
    ("a\u0000b", "a\u0000b"),
    ("\u200b", "\u200b"),  # a space without width, which is none
    ("\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f3f3\ufe0f\u200d\U0001f308"),
    ("\U0010ffff", "\U0010ffff"),
    ("x" * 100, "x" * 100),
    ("a|b\"c'd,e\\f\n", "a|b\"c'd,e\\f"),
    ("%2e%2e/..", "%2e%2e/.."),
    ("__proto__", "__proto__"),
)
"""Hashtags, and under what they are counted."""

AUTHORS: Final = (
    "\u202eada",
    "ada\u0000",
    WAVE * 256,
    "a/b#c:d|e",
    " ",
    "\u0661",
    "' or 1=1 --",
    "..",
)

EXTRAS: Final = (
    "",
    f', "size": {HUGE}',
    ', "size": -1e400',
    ', "a": ' + "[" * 100 + "]" * 100,
    ', "\\u0000": "\\ud83c\\udf0a"',
    ', "event_id ": 1, "Kind": "nothing"',
)
"""Fields that an event may have, and nobody knows."""


def no_event(chance: Random, create: Callable[[], dict[str, Any]]) -> Payload:
    """Return what is no event; `create` makes the fields of one."""
    if chance.random() < 0.4:
        return chance.choice(UNREADABLE), "unreadable"
    fields = {**create(), **chance.choice(AWRY)}
    if chance.random() < 0.1:
        del fields[chance.choice(["kind", "platform", "author", "created_at"])]
    return json.dumps(fields, ensure_ascii=chance.random() < 0.5).encode(), "invalid"


def odd_event(chance: Random, event: Sent) -> Payload:
    """Return an event that is one, by the letter, made of a plain one: it counts."""
    number = event.event_id or ""
    tags = chance.sample(TAGS, chance.randint(0, 4))
    content = event._replace(
        event_id=chance.choice([number, (number + 128 * WAVE)[:128], number + "\u0000", None]),
        author=f"{chance.choice(AUTHORS)}{event.author}"[:256],
        lang=chance.choice(["en", None]),
        hashtags=tuple(dict.fromkeys(counted for _, counted in tags)),
    )
    fields = content.fields() | {"hashtags": [tag for tag, _ in tags]}
    if content.lang is not None:
        fields["lang"] = chance.choice(["en", "EN-gb", "eN-Latn-x-1"])
    if chance.random() < 0.1:
        fields["text"] = WAVE * 20_000
    text = json.dumps(fields, ensure_ascii=chance.random() < 0.5)
    # Of two fields of one name the last one counts.
    return f'{{"kind": "nothing"{chance.choice(EXTRAS)}, {text[1:]}'.encode(), content
