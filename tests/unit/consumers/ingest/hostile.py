"""Records that nobody should send, mixed with good ones: seeded, so that a number is a complete report.

Each comes with what must become of it, known without the code under test: what must count, what must be found as failed
events; only of bytes changed at random is it known no more than that they must be one or the other.
"""

import json
import random
from collections.abc import Callable
from hashlib import md5
from typing import Final, NamedTuple

from penstock.aggregation.wire import MAGIC, varint
from tests.unit.consumers.ingest.batches import an_aggregate

TAGS: Final = ("rivers", "lakes", "seas", "café", "川", "sea salt")
DEEP: Final = 600


class Payload(NamedTuple):
    """One event, or what should have been one."""

    data: bytes
    counts: bool | None
    """Whether it must count or fail; None where it may do either."""


class Hostile(NamedTuple):
    """A record, and what its payloads are by sub-sequence number."""

    data: bytes
    payloads: tuple[Payload, ...]


def records(seed: int, number: int) -> list[Hostile]:
    """Return so many records."""
    chance = random.Random(seed)
    return [_record(chance, f"{seed}-{each}") for each in range(number)]


def _record(chance: random.Random, name: str) -> Hostile:
    kind = chance.random()
    if kind < 0.6:
        single = _payload(chance, name)
        # What begins like an aggregate is taken for a damaged one: it fails too.
        return Hostile(single.data, (single,))
    payloads = tuple(_payload(chance, f"{name}.{place}") for place in range(chance.randint(1, 4)))
    whole = an_aggregate(*((f"key {chance.randrange(3)}", payload.data) for payload in payloads))
    if kind < 0.8:
        return Hostile(whole, payloads)
    damaged = chance.choice(_DAMAGES)(chance, whole)
    return Hostile(damaged, (Payload(damaged, False),))


def _payload(chance: random.Random, name: str) -> Payload:
    fields = _good(chance, name)
    good = json.dumps(fields, ensure_ascii=chance.random() < 0.5).encode()
    kind = chance.random()
    if kind < 0.4:
        return Payload(good, True)
    if kind < 0.6:
        return Payload(_changed(chance, good), None)
    if kind < 0.8:
        return Payload(chance.choice(_GARBAGE)(chance, good), False)
    name, value = chance.choice(_BAD_FIELDS)
    text = json.dumps(fields | {name: "@"}).replace('"@"', value)
    return Payload(text.encode("utf-8", "surrogatepass"), False)


def _good(chance: random.Random, name: str) -> dict[str, object]:
    second, third = chance.randrange(60), chance.randrange(3)
    return {
        "event_id": name,
        "kind": chance.choice(["post", "reply", "repost", "like"]),
        "platform": chance.choice(["bluesky", "mastodon"]),
        "author": f"author {chance.randrange(50)}" + chance.choice(["", "\0", "é", "\N{GRINNING FACE}"]),
        "created_at": f"2026-11-21T09:3{third - 1}:{second:02}Z" if third else f"2026-11-21T09:29:{second:02}.5Z",
        "lang": chance.choice([None, "en", "pt-BR", "zh-Hant-TW"]),
        "hashtags": chance.sample(TAGS, chance.randint(0, 3)),
        "text": chance.choice(["", "\0", "x" * 50, None]),
        "new field": {"a": [1, {}]},
    }


def _changed(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


_GARBAGE: Final[list[Callable[[random.Random, bytes], bytes]]] = [
    lambda chance, _: chance.randbytes(chance.randint(0, 60)),
    lambda chance, good: good[: chance.randrange(len(good))],
    lambda _, good: good + good,
    lambda _, good: good.replace(b'"kind"', b'"kind\xff"', 1),
    lambda _, good: b"\xef\xbb\xbf" + good,  # a byte order mark
    lambda _, good: good.decode().encode("utf-16"),
    lambda _, good: b"[" + good + b"]",
    lambda *_: b"[" * DEEP + b"]" * DEEP,
    lambda *_: b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    lambda *_: b"9" * 5_000,
    lambda *_: b"-1e400",
    lambda *_: b"\0",
    lambda *_: b"null",
    lambda *_: b"NaN",
    lambda *_: b'"\\ud800"',
    lambda *_: MAGIC,
    lambda chance, _: MAGIC + chance.randbytes(chance.randint(0, 40)),
]
"""None of them is an event, whatever the chance."""

_BAD_FIELDS: Final = [
    ("kind", '"Post"'),
    ("kind", "[]"),
    ("kind", "1" * 5_000),
    ("platform", '"Not A Slug"'),
    ("platform", '"' + "a" * 33 + '"'),
    ("platform", '"blue\\u0000sky"'),
    ("platform", '"bluesky\\n"'),
    ("author", '""'),
    ("author", '"\\ud800"'),
    ("author", '"\ud800"'),
    ("author", '"' + "a" * 257 + '"'),
    ("author", "1e308"),
    ("author", "[" * DEEP + "]" * DEEP),
    ("event_id", '""'),
    ("event_id", '"\\udfff"'),
    ("event_id", "null"),
    ("event_id", "18446744073709551616"),
    ("created_at", "1795253400"),
    ("created_at", '"1795253400"'),
    ("created_at", "1e400"),
    ("created_at", '"2026-11-21T09:30:00"'),
    ("created_at", '"2026-11-21T24:00:00Z"'),
    ("created_at", '"2026-02-30T00:00:00Z"'),
    ("created_at", '"2026-11-21T09:30:00+99:00"'),
    ("created_at", '"0001-01-01T00:00:00+23:59"'),
    ("created_at", '"9999-12-31T23:59:59-23:59"'),
    ("created_at", '"99999-12-31T23:59:59Z"'),
    ("created_at", '"2026-11-21T09:36:00Z"'),
    ("created_at", '"2026-11-14T09:29:00Z"'),
    ("created_at", '"２０２６-11-21T09:30:00Z"'),
    ("lang", '"e"'),
    ("lang", '"en-"'),
    ("lang", '"en\\n"'),
    ("lang", "0"),
    ("hashtags", '"rivers"'),
    ("hashtags", '["#"]'),
    ("hashtags", '[" # "]'),
    ("hashtags", '["\\ud83d"]'),
    ("hashtags", "[1e999]"),
    ("hashtags", '["' + "ß" * 51 + '"]'),
    ("hashtags", "[" + ",".join(f'"t{number}"' for number in range(65)) + "]"),
    ("hashtags", '[["rivers"]]'),
    ("text", '"' + "x" * 20_001 + '"'),
    ("text", '"\\udc00"'),
    ("text", "{}"),
]
"""Field and value, as JSON, that break the contract; two times lie outside of what ingest counts."""


def _sealed(message: bytes) -> bytes:
    """Return an aggregate of any message, with the checksum it should have."""
    return MAGIC + message + md5(message, usedforsecurity=False).digest()


def _cut(chance: random.Random, whole: bytes) -> bytes:
    return whole[: chance.randrange(len(MAGIC), len(whole))]


def _flipped(chance: random.Random, whole: bytes) -> bytes:
    damaged = bytearray(whole)
    damaged[chance.randrange(len(MAGIC), len(whole))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


_DAMAGES: Final[list[Callable[[random.Random, bytes], bytes]]] = [
    _cut,
    _flipped,
    lambda chance, whole: whole + chance.randbytes(1),
    lambda *_: _sealed(b""),
    lambda *_: _sealed(b"\x0a\x01a"),  # a key and no record
    lambda chance, _: _sealed(b"\x1a" + varint(chance.choice([2**31, 2**63, 2**64 - 1]))),
    lambda chance, _: _sealed(b"\x0a\x01a\x1a\x06\x08\x00\x1a" + varint(chance.randint(3, 2**40)) + b"{}"),
    lambda *_: _sealed(b"\x0a\x01a\x1a\x05\x08\x07\x1a\x01{"),  # a key that is in no table
    lambda *_: _sealed(b"\x0a\x02\xff\xfe\x1a\x06\x08\x00\x1a\x02{}"),  # a key that is not UTF-8
    lambda *_: _sealed(b"\x1a" + b"\xff" * 12),
    lambda *_: _sealed(b"\x0b" * 5_000),  # groups in groups
    lambda *_: _sealed(b"\x0a\x01a\x1a\x02\x08\x00"),  # a record without data
    lambda *_: _sealed(b"\x0a\x01a\x1a\x04\x1a\x02{}"),  # a record without a key
]
"""What makes an aggregate unreadable, whatever the chance."""
