"""A metered trends table with a search index, made from counts as given."""

from collections.abc import Mapping
from itertools import count as counting
from random import Random
from typing import Any, cast

from consumers.counts import PackedCounts, encode
from consumers.tables import Level
from consumers.trends.errors import TrendsFormatError
from consumers.views.memory import Change, Packed, Part
from consumers.views.search.reader import Found, SearchReader
from consumers.views.search.view import SearchView
from consumers.views.store import ViewStore
from simulation.services.metering import MeteredDynamoDB
from simulation.services.table import Table
from tests.unit.consumers.rollup.making import SerialExecutor
from tests.unit.consumers.simulated_tables import TRENDS_TABLE

NOW = 1_763_717_400
END = 1_763_719_200
"""Of the hour in which `NOW` is."""
AS_OF = NOW * 1_000 - 2_500


class Counted:
    """A change as views see it: these counts, this version, at this time."""

    def __init__(self, counts: Mapping[str, int], version: int, now: float, time_left: float = 60.0) -> None:
        self.now = now
        self.as_of = AS_OF
        self.reads = 0
        self._counts = counts
        self._version = version
        self._time_left = time_left

    def time_left(self) -> float:
        return self._time_left

    def version(self, start: int, end: int) -> int:
        assert end - start == 86_400
        return self._version

    def coarsest(self, start: int, end: int) -> list[Part]:
        return [Part(Level.HOUR, start), Part(Level.HOUR, end - 3_600)]

    def read(self, parts: list[Part]) -> dict[Part, Packed]:
        """Half of each count, rounded up, in the first part, in two buckets; the rest in the second."""
        self.reads += 1
        halves = [{value: count - count // 2 for value, count in self._counts.items()}, {}]
        halves[1] = {value: count // 2 for value, count in self._counts.items() if count // 2}
        return {
            part: Packed(
                tuple(
                    PackedCounts(
                        encode({"hashtag": {value: half[value] for value in half if len(value) % 2 == bucket}})
                    )
                    for bucket in range(2)
                )
            )
            for part, half in zip(parts, halves, strict=True)
        }


class Shelf:
    """The table, one execution environment of the view, and a reader."""

    def __init__(self) -> None:
        self.dynamodb = MeteredDynamoDB({TRENDS_TABLE: Table("bucket", "start", expiry="x")}, page_items=1)
        self.unread: list[TrendsFormatError] = []
        """What the reader has told of damaged items."""
        self.reader = SearchReader(self.dynamodb.client(), TRENDS_TABLE, lambda _: None, self.unread.append)
        self._nonces = map(str, counting())
        self.view = self.another()

    def another(self) -> SearchView:
        """Return the view of another execution environment."""
        store = ViewStore(self.dynamodb.client(), TRENDS_TABLE)
        return SearchView(store, SerialExecutor(), nonce=lambda: next(self._nonces))

    @property
    def items(self) -> list[Any]:
        return list(self.dynamodb.tables[TRENDS_TABLE].values())

    def refresh(self, counts: Mapping[str, int], version: int = 1, now: float = NOW, **others: float) -> bool:
        """Refresh the view; tell whether it made an index."""
        change = Counted(counts, version, now, **others)
        self.view.refresh(cast("Change", change))
        return bool(change.reads)

    def find(self, prefix: str, end: int = END) -> Found:
        found = self.reader.find(prefix, end)
        assert found is not None
        return found

    def units_of(self, prefix: str) -> float:
        before = self.dynamodb.usage[TRENDS_TABLE].copy()
        self.find(prefix)
        return self.dynamodb.usage[TRENDS_TABLE].since(before).read


def some_tags(number: int, seed: int = 3) -> dict[str, int]:
    """Return hashtags as people write them: short, of few letters, some far more used than others."""
    random = Random(seed)
    tags: set[str] = set()
    while len(tags) < number:
        tags.add("".join(random.choices("aeioulnrst", k=random.randint(3, 14))))
    return {tag: int(1 + 10_000 / rank) for rank, tag in enumerate(sorted(tags, key=lambda _: random.random()), 1)}


def hostile_tags(number: int) -> dict[str, int]:
    """Return hashtags as long as they may be, of characters that take most bytes and deflate least."""
    random = Random(4)
    letters = [chr(0x20000 + offset) for offset in range(40_000)]
    return {"".join(random.choices(letters, k=100)): random.randint(1, 2**40) for _ in range(number)}
