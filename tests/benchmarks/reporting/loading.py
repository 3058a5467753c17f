"""A trends table with so many events, summed and with its views, made without the way that events take.

The events are either those of one rate, as far back as their number says (`history`), or all of the last 24 hours
(`DAY`). All minutes, hours, days and change notes are there, as rollup would have left them, but for late corrections;
notes are put whole, an item an hour.

Minutes are drawn as `tests.benchmarks.units.workload` draws events: 1.5 hashtags of 20,000 (Zipf) each. Languages,
platforms and kinds are split by fixed parts. Then the views function's own code makes the views.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from itertools import accumulate
from random import Random
from typing import Any, Final

from consumers.counts import Counts, add, empty
from consumers.schedule import DAY, MINUTE, Schedule
from consumers.tables import Level, change_key
from consumers.trends.item import FORMAT_VERSION, encode_item
from consumers.trends.loading import bucket_items
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState, encode_state
from consumers.views.kept import keep_all
from consumers.views.run import Views
from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.expressions import Item
from simulation.services.table import Key

TRENDS: Final = "trends"
SCHEDULE: Final = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]')
RETENTION: Final = Retention.beyond(7)

HASHTAGS: Final = 20_000
REFRESHED: Final = 1_763_733_600 + 6 * MINUTE + 25
"""2025-11-21T14:06:25Z, when views are made: the strips have the minutes up to 14:06."""
ASKED: Final = REFRESHED + 5 * MINUTE - 5
"""When questions are asked: just before strips are made anew, so that as much is open as can be."""
LISTED: Final = ASKED - 115
"""When lists are made again, as they are at least once a minute: just before they would be too old to answer."""

EVENTS_A_MINUTE: Final = 350
"""Along history: 5.8 a second, so that a million are of two days and ten million of twenty, all of whose minutes are
kept."""

_POOL: Final = 1 << 20
_TAGS_AN_EVENT: Final = 1.45
_PARTS: Final = {
    "lang": {"en": 50, "ja": 20, "pt": 10, "de": 6, "es": 5, "fr": 4, "ko": 2, "it": 1, "nl": 1, "tr": 1},
    "platform": {"bluesky": 42, "mastodon": 27, "threads": 18, "pixelfed": 8, "lemmy": 5},
    "kind": {"like": 52, "post": 22, "reply": 14, "repost": 12},
}


def hashtag(rank: int) -> str:
    """Return the hashtag of a place by count, from 0: 4 to 14 letters."""
    random = Random(rank)
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=random.randint(4, 14)))


class Drawing:
    """Draws the counts of minutes."""

    def __init__(self, seed: int = 1) -> None:
        """Draw hashtags enough for slices of them to differ."""
        self._random = Random(seed)
        weights = list(accumulate(1 / rank for rank in range(1, HASHTAGS + 1)))
        self._pool = self._random.choices([hashtag(rank) for rank in range(HASHTAGS)], cum_weights=weights, k=_POOL)

    def minute(self, events: int) -> Counts:
        """Return the counts of so many events."""
        counts = empty()
        tags = round(events * _TAGS_AN_EVENT)
        start = self._random.randrange(_POOL - tags)
        counts["hashtag"] = dict(Counter(self._pool[start : start + tags]))
        for dimension, parts in _PARTS.items():
            shares = {value: events * part // 100 for value, part in parts.items()}
            shares[next(iter(parts))] += events - sum(shares.values())
            counts[dimension] = {value: count for value, count in shares.items() if count}
        return counts


def history(events: int) -> int:
    """Return how many seconds so many events take at `EVENTS_A_MINUTE`, whole minutes."""
    return -(-events // EVENTS_A_MINUTE) * MINUTE


def load(tables: SimulatedDynamoDB, events: int, seconds: int, pool: Executor) -> Counts:
    """Fill an empty table with the events of the last `seconds`, make its views, and return what was counted."""
    end = Level.MINUTE.floor(ASKED) + MINUTE
    closed, day_closed = Level.HOUR.floor(REFRESHED), Level.DAY.floor(REFRESHED)
    tables.tables[TRENDS].update(
        _keyed(tables, [encode_state(LevelsState(closed, closed, day_closed, day_closed, REFRESHED * 1_000))])
    )
    drawing, sums, everything = Drawing(), dict[tuple[Level, int], Counts](), empty()
    minutes = range(end - seconds, end, MINUTE)
    noted: dict[int, dict[str, Any]] = {}
    for number, minute in enumerate(minutes):
        of_minute = (number + 1) * events // len(minutes) - number * events // len(minutes)
        if not of_minute:
            continue  # rollup writes nothing of it either
        counts = drawing.minute(of_minute)
        _put(tables, Level.MINUTE, minute, counts)
        hour = Level.HOUR.floor(minute)
        noted.setdefault(hour, {})[f"m{(minute - hour) // MINUTE:02}"] = {"N": "1"}
        for level, until in ((Level.HOUR, closed), (Level.DAY, day_closed)):
            if minute < until:
                add(sums.setdefault((level, level.floor(minute)), empty()), counts)
        add(everything, counts)
    for (level, start), counts in sums.items():
        _put(tables, level, start, counts)
    notes = (
        {**change_key(hour).attributes, "v": {"N": str(FORMAT_VERSION)}, "x": {"N": str(end + 30 * DAY)}, **of_hour}
        for hour, of_hour in noted.items()
    )
    tables.tables[TRENDS].update(_keyed(tables, notes))
    now = REFRESHED
    views = keep_all(
        tables.client(),
        TRENDS,
        SCHEDULE,
        RETENTION,
        pool=pool,
        clock=lambda: now,
        sleep=_never,
        warn=_never,
    )
    _refresh(views, noted)
    now = LISTED
    _refresh(views, noted)
    return everything


def _refresh(views: Views, noted: Iterable[int]) -> None:
    failures = views.refresh(noted, lambda: 900.0).failures
    if failures:
        raise AssertionError(f"views failed: {failures}")


def _put(tables: SimulatedDynamoDB, level: Level, start: int, counts: Counts) -> None:
    for item in bucket_items(level, start, counts, schedule=SCHEDULE, retention=RETENTION, newest_arrival_ms=1):
        tables.tables[TRENDS].update(_keyed(tables, encode_item(item)))


def _keyed(tables: SimulatedDynamoDB, items: Iterable[Mapping[str, Any]]) -> dict[Key, Item]:
    return {tables.tables[TRENDS].key_of(item): dict(item) for item in items}


def _never(*told: object) -> None:
    raise AssertionError(f"nothing should have to be said: {told}")
