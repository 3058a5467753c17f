"""What a search reads is bounded, and does not grow with the number of events."""

from datetime import UTC, datetime

import pytest

from consumers.counts import empty
from consumers.schedule import Schedule
from consumers.tables import Level
from consumers.trends.loading import bucket_items, load
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState
from consumers.trends.table import TrendsTable
from consumers.views.lists.view import TopLists
from consumers.views.memory import Memory
from consumers.views.run import Views
from consumers.views.search.reader import SearchReader
from consumers.views.search.view import SearchView
from consumers.views.store import ViewStore
from consumers.views.view import View
from reporting.plan import Closed
from reporting.queries import Queries
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from simulation.services.metering import MeteredDynamoDB
from simulation.services.table import Table
from tests.unit.consumers.rollup.making import SerialExecutor
from tests.unit.consumers.simulated_tables import TRENDS_TABLE
from tests.unit.consumers.views.search.shelf import some_tags
from tests.unit.reporting.queries.shelf import Shelf

NOW = 1_763_717_430
SCHEDULE = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]')
MOST_UNITS = 16
PREFIXES = ("", "a", "ae", "aei", "nonesuch")


def _refuse(error: Exception) -> None:
    raise error


class Api:
    """Some tags, each counted `times` as often, their views, and the questions over a metered table."""

    def __init__(self, tags: dict[str, int], times: int) -> None:
        self.dynamodb = MeteredDynamoDB({TRENDS_TABLE: Table("bucket", "start", expiry="x")})
        client, pool = self.dynamodb.client(), SerialExecutor()
        trends = TrendsTable(client, TRENDS_TABLE)
        hour, minute = Level.HOUR.floor(NOW), Level.MINUTE.floor(NOW)
        trends.create_state(LevelsState(hour, hour, 0, 0, NOW * 1_000))
        counts = empty() | {
            "hashtag": {tag: count * times for tag, count in tags.items()},
            "lang": {"en": 7 * times, "es": times},
        }
        load(trends, bucket_items(Level.MINUTE, minute, counts, schedule=SCHEDULE, retention=Retention.beyond(7)))
        trends.note_changes(hour, {minute: None}, NOW + 1)
        store = ViewStore(client, TRENDS_TABLE)
        views: list[View] = [TopLists(store), SearchView(store, pool)]
        report = Views(Memory(trends, SCHEDULE, pool), store, views, clock=lambda: NOW).refresh((), lambda: 300.0)
        assert report.failures == {}
        self.queries = Queries(
            TrendsReader(trends, SCHEDULE, pool, _refuse),
            SearchReader(client, TRENDS_TABLE, lambda _: None, _refuse),
            Shelf([], Closed()),
            RecentRankings(lambda: 0.0),
            lambda: datetime.fromtimestamp(NOW, UTC),
        )

    def cost(self, dimension: str, prefix: str) -> tuple[float, int]:
        """Return read units and calls of one search."""
        before, calls = self.dynamodb.usage[TRENDS_TABLE].copy(), len(self.dynamodb.calls)
        self.queries.search(dimension, prefix, 20)  # type: ignore[arg-type]  # a dimension
        return self.dynamodb.usage[TRENDS_TABLE].since(before).read, len(self.dynamodb.calls) - calls


@pytest.fixture(scope="module")
def apis() -> list[Api]:
    tags = some_tags(10_000)
    return [Api(tags, 1), Api(tags, 10)]


@pytest.mark.parametrize(("dimension", "prefix"), [*(("hashtag", prefix) for prefix in PREFIXES), ("lang", "e")])
def test_a_search_costs_the_same_however_many_events_there_are(apis: list[Api], dimension: str, prefix: str) -> None:
    (units, calls), (more_units, more_calls) = (api.cost(dimension, prefix) for api in apis)
    assert max(units, more_units) <= MOST_UNITS
    assert more_units <= 1.1 * units
    assert (calls, more_calls) == (6, 6) if dimension == "hashtag" else (2, 2)


def test_both_find_the_same(apis: list[Api]) -> None:
    few, many = (api.queries.search("hashtag", "ae", 100) for api in apis)
    assert [(item.value, 10 * item.count) for item in few.items] == [(item.value, item.count) for item in many.items]
    assert few.items
