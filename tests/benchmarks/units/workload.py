"""Made-up events, light enough to fold millions of them: what folding looks at, and nothing else."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final, NamedTuple

from consumers.counts import Counts
from consumers.pane_log.fold import ValidEvent
from consumers.pane_log.fold import count as counted
from consumers.schedule import DAY, HOUR

HASHTAGS: Final = 20_000
AUTHORS: Final = 100_000

_TAGS_AN_EVENT: Final = ((0, 24), (1, 30), (2, 25), (3, 12), (4, 6), (5, 3))
"""Number of hashtags, and its weight: 1.45 an event, or about 1.5."""

_LANGS: Final = ("en", "ja", "pt", "de", "es", "fr", "ko", "it", "nl", "tr")
_PLATFORMS: Final = ("bluesky", "mastodon", "threads", "pixelfed", "lemmy")
_KINDS: Final = ("like", "post", "reply", "repost")

Lateness = Callable[[Random], float]
"""Draws by how many seconds an event is late."""


class Band(NamedTuple):
    """Some of the late events: how many of all late ones, and late by how many seconds, spread by the logarithm."""

    share: float
    least: float
    most: float


BANDS: Final = (
    Band(0.60, 30, 300),
    Band(0.25, 300, HOUR),
    Band(0.12, HOUR, DAY),
    Band(0.03, DAY, 7 * DAY),
)
"""Phones that were out of coverage for some minutes, some that were off for hours, a few for days."""


def mostly_minutes(random: Random) -> float:
    """Draw from `BANDS`."""
    (band,) = random.choices(BANDS, [band.share for band in BANDS])
    return math.exp(random.uniform(math.log(band.least), math.log(band.most)))


def over_the_week(random: Random) -> float:
    """Draw evenly from the whole dedup horizon: hardly two late events are of the same minute."""
    return random.uniform(30, 7 * DAY - HOUR)


@dataclass
class Workload:
    """Events at a rate, with 1.5 of 20,000 hashtags (Zipf) each; all chance comes from one seed.

    Attributes:
        rate: events a second.
        late: the part of them that is late.
        lateness: by how much.
    """

    rate: int
    late: float = 0.0
    lateness: Lateness = mostly_minutes
    seed: int = 1

    def __post_init__(self) -> None:
        """Draw the vocabulary."""
        self._random = Random(self.seed)
        letters = "abcdefghijklmnopqrstuvwxyz"
        words: set[str] = set()
        while len(words) < HASHTAGS:
            words.add("".join(self._random.choices(letters, k=self._random.randint(4, 14))))
        self._words = sorted(words)
        self._random.shuffle(self._words)
        self._cumulative = list(accumulate(1 / rank for rank in range(1, HASHTAGS + 1)))
        self._authors = [f"did:plc:{number:024}" for number in range(AUTHORS)]

    def batch(self, start: float, seconds: float) -> list[ValidEvent]:
        """Return what arrives in a time (epoch seconds), in any order."""
        random, count = self._random, round(self.rate * seconds)
        late = round(count * self.late)
        return [
            self.dated(event, start + random.random() * seconds, late=index < late)
            for index, event in enumerate(self.events(count))
        ]

    def dated(self, event: ValidEvent, arrived: float, *, late: bool) -> ValidEvent:
        """Return an event as it is when it arrives then (epoch seconds)."""
        # A producer collects for a tenth of a second, and the network takes its time.
        delay = self.lateness(self._random) if late else 0.1 + 0.4 * self._random.random()
        return event._replace(created=arrived - delay, arrived_ms=int(arrived * 1_000))

    def events(self, count: int) -> list[ValidEvent]:
        """Return events without a time."""
        random = self._random
        numbers = random.choices([n for n, _ in _TAGS_AN_EVENT], [weight for _, weight in _TAGS_AN_EVENT], k=count)
        tags = iter(random.choices(self._words, cum_weights=self._cumulative, k=sum(numbers)))
        authors = random.choices(self._authors, k=count)
        langs = random.choices(_LANGS, (50, 20, 10, 6, 5, 4, 2, 1, 1, 1), k=count)
        platforms = random.choices(_PLATFORMS, (42, 27, 18, 8, 5), k=count)
        kinds = random.choices(_KINDS, (52, 22, 14, 12), k=count)
        first = random.getrandbits(64)
        return [
            ValidEvent(
                f"{first + index:x}",
                kind,
                platform,
                author,
                lang,
                tuple(dict.fromkeys(next(tags) for _ in range(number))),
                0.0,
                0,
                0,
            )
            for index, (number, author, platform, kind, lang) in enumerate(
                zip(numbers, authors, platforms, kinds, langs, strict=True)
            )
        ]

    def counts(self, count: int) -> Counts:
        """Return the counts of so many events."""
        return counted(self.events(count))

    @property
    def random(self) -> Random:
        """The chance it draws from."""
        return self._random
