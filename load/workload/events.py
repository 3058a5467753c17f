"""Events of a load: bodies are drawn beforehand, so that sending one costs an id and a time.

A body is all of an event but its id and its time: who, what, in which language, with which hashtags, how long a text.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from json import dumps
from random import Random
from typing import Final, NamedTuple

from load.errors import InputError
from penstock.aggregation import UserRecord
from penstock.sources.zipf import Zipf

PLATFORM: Final = "load"
"""Of all events of a load test, probes included: so they can be told from others."""
BODIES: Final = 32_768
"""How many are drawn: more authors or hashtags than that many draws hit are not seen by one process."""
RECENT: Final = 10_000
"""A duplicate repeats one of that many events before it."""

_SIZED_BODIES: Final = 500
"""Of which the mean size of an event is taken."""

_KINDS: Final = {"like": 0.52, "post": 0.22, "reply": 0.14, "repost": 0.12}
_LANGUAGES: Final = {"en": 0.5, "ja": 0.2, "pt": 0.15, "de": 0.15}
_FIRST_SCRIPTS: Final = ("", "ü", "題", "ы")  # a quarter each: not all hashtags are ASCII


@dataclass(frozen=True, kw_only=True, slots=True)
class EventShape:
    """What events look like.

    Attributes:
        event_bytes: size of an event's JSON, 160 to 20,000; one whose hashtags need more is larger.
        keys: how many authors, 1 to 10,000,000.
        key_skew: exponent of Zipf's law among them, 0.01 to 3.
        hashtag_values: how many hashtags there are, 1 to 1,000,000.
        hashtag_skew: exponent of Zipf's law among them, 0.01 to 3.
        hashtags: mean hashtags of an event, 0 to 20.
        duplicates: share of events that repeat an earlier one, 0 to 0.9.

    Raises:
        InputError: one is out of its bounds.
    """

    event_bytes: int = 277
    keys: int = 50_000
    key_skew: float = 0.7
    hashtag_values: int = 20_000
    hashtag_skew: float = 1.0
    hashtags: float = 1.5
    duplicates: float = 0.0

    def __post_init__(self) -> None:
        """Check each by itself."""
        for name, least, most in (
            ("event_bytes", 160, 20_000),
            ("keys", 1, 10_000_000),
            ("key_skew", 0.01, 3),
            ("hashtag_values", 1, 1_000_000),
            ("hashtag_skew", 0.01, 3),
            ("hashtags", 0, 20),
            ("duplicates", 0, 0.9),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise InputError(f"--{name.replace('_', '-')} must be {least:,} to {most:,}, not {value:,}")


class Body(NamedTuple):
    """An event but for its id and its time: its author, who is the partition key, and the JSON behind the time."""

    author: str
    rest: bytes


class EventMaker:
    """Makes events of a shape, the same for the same seed and worker but for their ids and times.

    Args:
        shape: of the events.
        name: beginning of their ids, unlike any other maker's.
        seed: of all draws.
        worker: whose events they are: each draws others.
        bodies: how many bodies to draw.
    """

    def __init__(self, shape: EventShape, *, name: str, seed: int, worker: int = 0, bodies: int = BODIES) -> None:
        self.copies = 0
        """Of all events so far, those that repeated an earlier one."""
        self._random = random = Random(f"events {seed} {worker}")
        self._duplicates = shape.duplicates
        self._id = f'{{"event_id":"{name}-'.encode()
        overhead = len(self._id) + len('00000000","created_at":"2026-11-22T12:00:00.000+00:00"')
        self._bodies = list(_bodies(shape, random, bodies, overhead))
        self._made = 0
        self._recent: deque[UserRecord] = deque(maxlen=RECENT)
        self._millisecond = -1
        self._time = b""

    def make(self, times: Iterable[float]) -> list[UserRecord]:
        """Return an event for each time, in epoch seconds, which it is dated by; duplicates keep their own."""
        events: list[UserRecord] = []
        bodies, count, number, beginning = self._bodies, len(self._bodies), self._made, self._id
        for time in times:
            if self._duplicates and self._recent and self._random.random() < self._duplicates:
                events.append(self._recent[self._random.randrange(len(self._recent))])
                self.copies += 1
                continue
            millisecond = int(time * 1000)
            if millisecond != self._millisecond:
                self._turn(millisecond)
            author, rest = bodies[number % count]
            events.append(UserRecord(author, None, b"%b%08x%b%b" % (beginning, number, self._time, rest)))
            number += 1
            if self._duplicates:
                self._recent.append(events[-1])
        self._made = number
        return events

    def _turn(self, millisecond: int) -> None:
        self._millisecond = millisecond
        moment = datetime.fromtimestamp(millisecond / 1000, UTC).isoformat(timespec="milliseconds")
        self._time = b'","created_at":"%b"' % moment.encode()

    @property
    def event_bytes(self) -> float:
        """Mean size of an event."""
        overhead = len(self._id) + len('00000000","created_at":"2026-11-22T12:00:00.000+00:00"')
        return overhead + sum(len(body.rest) for body in self._bodies) / len(self._bodies)


@lru_cache(maxsize=8)
def mean_bytes(shape: EventShape) -> float:
    """Return the mean size of an event of a shape: more than is wanted where hashtags need it."""
    return EventMaker(shape, name="size", seed=0, bodies=_SIZED_BODIES).event_bytes


def hashtag(number: int) -> str:
    """Return one of the hashtags by its rank: 0 is the most used one."""
    return f"load{_FIRST_SCRIPTS[number % len(_FIRST_SCRIPTS)]}{number}"


def _bodies(shape: EventShape, random: Random, count: int, overhead: int) -> Iterable[Body]:
    author_rank = Zipf(shape.keys, shape.key_skew)
    hashtag_rank = Zipf(shape.hashtag_values, shape.hashtag_skew)
    whole, part = divmod(shape.hashtags, 1)
    for _ in range(count):
        author = f"author-{author_rank(random.random())}"
        number = int(whole) + (random.random() < part)
        fields: dict[str, object] = {
            "kind": random.choices(list(_KINDS), list(_KINDS.values()))[0],
            "platform": PLATFORM,
            "author": author,
            "lang": random.choices(list(_LANGUAGES), list(_LANGUAGES.values()))[0],
            "hashtags": list({hashtag(hashtag_rank(random.random())): None for _ in range(number)}),
            "text": "",
        }
        missing = shape.event_bytes - overhead - len(_encoded(fields))  # its brace is a comma then
        fields["text"] = "x" * max(0, missing)
        yield Body(author, b"," + _encoded(fields)[1:])


def _encoded(fields: dict[str, object]) -> bytes:
    return dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
