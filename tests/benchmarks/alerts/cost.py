"""What a run of alerts costs at 1,000 events a second: request units by DynamoDB's sizing rules, and CPU time."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from random import Random
from typing import Final

from consumers.alerts.judging import judge
from consumers.alerts.minutes import MinutesReader
from consumers.alerts.rules import Rules
from consumers.counts import DIMENSIONS, Counts
from consumers.schedule import MINUTE, Schedule
from consumers.tables import Level
from consumers.trends.item import BucketItem, encode_item
from consumers.trends.loading import bucket_items
from consumers.trends.retention import Retention
from penstock.sources.zipf import Zipf
from simulation.services.items import item_size
from tests.benchmarks.report import Column, Table

RATE: Final = 1_000
USES: Final = RATE * MINUTE * 3 // 2
HASHTAGS: Final = 20_000
DIFFERENT_MINUTES: Final = 5
END: Final = 1_795_003_200
READ_UNIT_BYTES: Final = 4_096

_SCHEDULE: Final = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]')


class MeteredMinutes:
    """A trends table of full minutes, which sums what reading it would be billed."""

    def __init__(self) -> None:
        self.units = 0.0

    def query(self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False) -> list[BucketItem]:
        """Return a bucket's minutes; an eventually consistent query is half a unit for each 4 KB, rounded up."""
        found = [_items(level, at)[bucket] for at in range(start, end, MINUTE)]
        size = sum(item_size(part) for item in found for part in encode_item(item))
        self.units += -(-size // READ_UNIT_BYTES) * (1.0 if consistent else 0.5)
        return found


@cache
def _items(level: Level, start: int) -> list[BucketItem]:
    counts = _counts(start // MINUTE % DIFFERENT_MINUTES)
    return bucket_items(level, start, counts, schedule=_SCHEDULE, retention=Retention.beyond(7))


@cache
def _counts(number: int) -> Counts:
    random, rank = Random(number), Zipf(HASHTAGS, 1.0)
    hashtags = Counter(f"hashtag-{rank(random.random())}" for _ in range(USES))
    events = RATE * MINUTE
    return {"hashtag": hashtags, "lang": {"en": events}, "platform": {"x": events}, "kind": {"post": events}}


def cost_table() -> Table:
    """Measure a run that begins with nothing, and one that remembers."""
    table = MeteredMinutes()
    rules = Rules(DIMENSIONS)
    rows = []
    with ThreadPoolExecutor(1) as pool:
        reader = MinutesReader(table, _SCHEDULE, rules, pool)
        for run, end in (("cold", END), ("warm", END + MINUTE)):
            for start in range(end - rules.reach, end, MINUTE):
                _items(Level.MINUTE, start)
            table.units, started = 0.0, time.process_time()
            judge(end, reader.windows([end], end), rules)
            seconds = time.process_time() - started
            rows.append((run, table.units, table.units / (RATE * MINUTE), 1_000 * seconds))
    columns = (
        Column("run", "run"),
        Column("units", "read units", ",.0f"),
        Column("units_an_event", "read units an event", ".4f"),
        Column("milliseconds", "CPU, ms", ",.0f"),
    )
    return Table("cost", f"A run at {RATE:,} events/s, {HASHTAGS:,} hashtags", columns, rows)
