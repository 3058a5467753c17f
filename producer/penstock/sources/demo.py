"""Synthetic social events: as uneven, bursty and unruly as real ones, and the same for the same seed and clock."""

import heapq
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, product
from random import Random
from typing import Final, NamedTuple, TypeVar

from penstock.events import Kind, SocialEvent
from penstock.sources.language_mix import LANGUAGES, language_mix
from penstock.sources.malformed import malformed
from penstock.sources.source import SourceItem, raw_event
from penstock.sources.surges import Surges
from penstock.sources.vocabulary import Vocabulary, vocabulary
from penstock.sources.zipf import Zipf

DUPLICATES: Final = 0.01
MALFORMED: Final = 0.001
LATE: Final = 0.002
"""Share of events that tell of something minutes to hours ago, as from a phone that was offline."""
TOO_LATE: Final = 0.0001
"""Share of events that tell of something 8 to 12 days ago, beyond the usual dedup horizon."""

_HASHTAG_EXPONENT: Final = 1.0
_AUTHOR_EXPONENT: Final = 0.7  # the busiest author has about 1 % of the events: a busy account, not a hot key
_BATCH: Final = 256
_MOST_PENDING: Final = 100_000

_KINDS: Final[dict[Kind, float]] = {"like": 0.52, "post": 0.22, "reply": 0.14, "repost": 0.12}
_PLATFORMS: Final = {"bluesky": 0.42, "mastodon": 0.27, "threads": 0.18, "pixelfed": 0.08, "lemmy": 0.05}
_HASHTAGS: Final = (0.24, 0.30, 0.25, 0.12, 0.06, 0.03)  # none, one, two …: 1.5 an event, repetitions dropped

_LATE_BY: Final = (timedelta(minutes=2), timedelta(hours=12))
_TOO_LATE_BY: Final = (timedelta(days=8), timedelta(days=12))

T = TypeVar("T")


class Demo:
    """An endless source of made-up events, each dated by the clock at the moment it is asked for.

    Hashtags and authors follow Zipf's law; some hashtags surge and fade within minutes; the mix of languages
    drifts. Of the items 1 % are duplicates, which come 1 to 90 seconds (by the clock) after the event that they
    repeat exactly, and 0.1 % are malformed, in many ways. Some events are late, and a few of those too late.

    Args:
        seed: another seed makes other events.
        clock: tells now, as an aware datetime.
    """

    finite = False

    def __init__(self, *, seed: int, clock: Callable[[], datetime]) -> None:
        self._seed = seed
        self._clock = clock
        self._closed = threading.Event()
        self._words = vocabulary()

    def __iter__(self) -> Iterator[SourceItem]:
        """Begin anew with the seed."""
        random = Random(f"demo {self._seed}")  # noqa: S311 - made-up events guard no secret
        crowd = _Crowd(self._seed, random, self._words, self._clock())
        schedule = DUPLICATES / (1 - DUPLICATES)
        # Duplicates to come: when each is due, a number that breaks ties, and the event.
        pending: list[tuple[datetime, int, SocialEvent]] = []
        while not self._closed.is_set():
            now = self._clock()
            if pending and pending[0][0] <= now:
                yield heapq.heappop(pending)[2]
                continue
            event = crowd.event(now)
            draw = random.random()
            if draw < MALFORMED:
                yield raw_event(malformed(event, random))
                continue
            if draw > 1 - schedule and len(pending) < _MOST_PENDING:
                delay = timedelta(seconds=1 + min(random.expovariate(1 / 15), 89))
                heapq.heappush(pending, (now + delay, crowd.made, event))
            yield event

    def close(self) -> None:
        """End the iteration before its next item."""
        self._closed.set()


class _Shape(NamedTuple):
    kind: Kind
    platform: str
    hashtags: int


class _Crowd:
    """Everybody who posts, likes and replies: makes one valid event after another, never the same one twice."""

    def __init__(self, seed: int, random: Random, words: Vocabulary, start: datetime) -> None:
        self.made = 0
        self._random = random.random
        self._choices = random.choices
        # A run has ids of its own: the same seed at another time makes other events.
        self._run = f"demo-{seed}-{int(start.timestamp() * 1000):x}"
        self._hashtags = random.sample(words.hashtags, len(words.hashtags))
        self._authors = random.sample(words.authors, len(words.authors))
        self._author_rank = Zipf(len(self._authors), _AUTHOR_EXPONENT)
        self._hashtag_rank = Zipf(len(self._hashtags), _HASHTAG_EXPONENT)
        self._surges = Surges(seed, len(self._hashtags))
        self._sentences = self._draws(words.sentences)
        shapes = product(_KINDS.items(), _PLATFORMS.items(), enumerate(_HASHTAGS))
        weights = {_Shape(kind, place, count): k * p * c for (kind, k), (place, p), (count, c) in shapes}
        self._shapes = self._draws(list(weights), weights.values())
        self._turn(start)

    def event(self, now: datetime) -> SocialEvent:
        """Make an event that is reported now."""
        if not self._since <= now < self._until:
            self._turn(now)
        self.made += 1
        kind, platform, hashtags = next(self._shapes)
        return SocialEvent(
            event_id=f"{self._run}-{self.made:x}",
            kind=kind,
            platform=platform,
            author=self._authors[self._author_rank(self._random())],
            created_at=self._happened(now),
            lang=next(self._langs),
            hashtags=[self._hashtag() for _ in range(hashtags)],
            text=next(self._sentences) if kind in {"post", "reply"} else None,
        )

    def _turn(self, now: datetime) -> None:
        """Take up what is talked about, and by whom, in another second."""
        self._since = now.replace(microsecond=0)
        self._until = self._since + timedelta(seconds=1)
        second = self._since.timestamp()
        self._langs = self._draws(LANGUAGES, language_mix(second))
        surging = self._surges.at(second)
        self._surge_share = sum(surging.values())
        self._surging = [self._hashtags[index] for index in surging]
        self._surge_weights = list(accumulate(surging.values()))

    def _hashtag(self) -> str:
        if self._random() < self._surge_share:
            return self._choices(self._surging, cum_weights=self._surge_weights)[0]
        return self._hashtags[self._hashtag_rank(self._random())]

    def _happened(self, now: datetime) -> datetime:
        draw = self._random()
        if draw >= LATE + TOO_LATE:
            return now
        shortest, longest = _LATE_BY if draw < LATE else _TOO_LATE_BY
        return now - shortest * math.pow(longest / shortest, self._random())

    def _draws(self, choices: Sequence[T], weights: Iterable[float] | None = None) -> Iterator[T]:
        """Draw without end; in batches, which are several times faster than single draws."""
        cumulative = None if weights is None else list(accumulate(weights))
        while True:
            yield from self._choices(choices, cum_weights=cumulative, k=_BATCH)
