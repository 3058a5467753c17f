"""Made-up figures for the fake API: values, their ups and downs, and exact sums of any stretch of time."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Literal

Dimension = Literal["hashtag", "lang", "platform", "kind"]

HOSTILE = "<img src=x onerror=document.title='broken'>"
RIGHT_TO_LEFT = "القدس"
LONG = "averyveryverylonghashtagthatsomebodytypedwithoutanyspaces"
TAGS = (
    *("worldcup", "climate", "art", "photography", RIGHT_TO_LEFT, "breakingnews", HOSTILE, "music", "caturday"),
    *("opensource", "élections", "python", "gamedev", "שלום", "..", "a/b?c#d", "travel", "books", LONG, "space"),
    *("coffee", "running", "design", "film", "50%, really", "search"),
)
WEIGHTS: Mapping[str, Mapping[str, int]] = {
    "lang": {"en": 46, "ja": 19, "pt": 11, "de": 8, "es": 6, "ar": 4, "fr": 3, "und": 2, "ko": 1},
    "platform": {"bluesky": 71, "mastodon": 21, "threads": 8},
    "kind": {"like": 70, "post": 14, "reply": 11, "repost": 5},
}
HOUR = 3600
_KNOWN_MOMENT = int(datetime(2026, 11, 22, 0, 12, tzinfo=UTC).timestamp())


class Figures:
    """Counts of a feed that began long ago and goes on until `now` (epoch seconds), minute by minute."""

    def __init__(self, now: float, tags: Sequence[str] = TAGS) -> None:
        """Begin at `now`; the tags' order is that of their weight."""
        self.now = now
        self.tags = tuple(tags)
        self.grown = 0
        """Raised with each question, so that figures change: all of it is in the minute that is still filling."""
        # Ranks are the same at whatever time of day the tests run: the tide is as it was at one known moment.
        self._shift = int(now // 60) * 60 - _KNOWN_MOMENT

    def count(self, dimension: str, value: str, start: int, end: int) -> int:
        """Return how often `value` is counted from `start` to `end`; zero for one that nobody used."""
        if dimension != "hashtag":
            return _divide(self.events(start, end), WEIGHTS[dimension]).get(value, 0)
        return self._of_tag(self.tags.index(value), start, end) if value in self.tags else 0

    def counts(self, dimension: str, start: int, end: int) -> dict[str, int]:
        """Return all the values counted, the most used first, as the API orders them."""
        if dimension == "hashtag":
            found = {tag: self._of_tag(place, start, end) for place, tag in enumerate(self.tags)}
        else:
            found = _divide(self.events(start, end), WEIGHTS[dimension])
        return dict(sorted(((v, c) for v, c in found.items() if c), key=lambda item: (-item[1], item[0])))

    def events(self, start: int, end: int) -> int:
        """Return the number of events from `start` to `end`."""
        return self._sum(start, end, 0, 0, 21_000) + (self.grown * 137 if start <= self.now < end else 0)

    def _of_tag(self, place: int, start: int, end: int) -> int:
        weight = 900 / (place + 1.4) ** 0.7
        grown = self.grown * (3 + place * 7 % 5) if start <= self.now < end else 0
        return self._sum(start, end, place, self._shift, weight) + grown

    def _sum(self, start: int, end: int, place: int, shift: int, weight: float) -> int:
        """Add up minutes; whole hours of the past come from memory."""
        total, at = 0, start
        while at < min(end, self.now):
            if at % HOUR == 0 and at + HOUR <= min(end, self.now):
                total += _hour(at - shift, place, weight)
                at += HOUR
            else:
                filled = min(1.0, (self.now - at) / 60)
                total += int(_tide(at - shift, place) * weight * filled)
                at += 60
        return total


@cache
def _hour(at: int, place: int, weight: float) -> int:
    return sum(int(_tide(minute, place) * weight) for minute in range(at, at + HOUR, 60))


@cache
def _tide(at: int, place: int) -> float:
    """A value's ups and downs: a slow wave of its own, day and night, and a surge for every fourth."""
    wave = 1 + 0.35 * math.sin(at / 900 + place * 1.7) + 0.12 * math.sin(at / 130 + place)
    day = 1 + 0.2 * math.sin(at / 13_751 + place * 0.4) + 0.4 * math.sin(at / 47_000 + place * 2.3)
    surge = 1.6 * math.exp(-(((at / 60 + place * 9) % 60 - 42) ** 2) / 50) if place % 4 == 2 else 0
    return wave * day + surge


def _divide(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers in proportion to the weights that add up to the total."""
    counts = {value: total * weight // sum(weights.values()) for value, weight in weights.items()}
    counts[next(iter(weights))] += total - sum(counts.values())
    return counts
