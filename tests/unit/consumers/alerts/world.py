"""Trends in the simulated tables, a topic that takes what is published, and runs of alerts over them."""

from collections.abc import Callable, Mapping

from botocore.exceptions import ReadTimeoutError

from consumers.alerts.alert import Alert
from consumers.alerts.minutes import MinutesReader
from consumers.alerts.rules import Rules
from consumers.alerts.run import Alerts, Report
from consumers.alerts.state import AlertsState
from consumers.alerts.store import AlertsStore
from consumers.counts import empty
from consumers.schedule import MINUTE, Schedule
from consumers.tables import Level
from consumers.trends.hidden import HideList
from consumers.trends.loading import bucket_items, load
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState, Mark
from consumers.trends.table import TrendsTable
from simulation.services.service import client_error
from tests.unit.consumers.rollup.making import SerialExecutor
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

SCHEDULE = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 1}]')
RETENTION = Retention.beyond(7)
RULES = Rules(("hashtag",), window_minutes=1, least_count=10, cool_down_minutes=5)
START = 1_795_003_200
"""A UTC noon."""


class KilledError(Exception):
    """What ends a function in the midst of a run."""


class Topic:
    """Takes alerts; fails as told."""

    def __init__(self) -> None:
        self.published: list[Alert] = []
        self.before: Callable[[], str] = lambda: "answered"
        """What happens to the next call: ``answered``, ``refused``, ``never taken``, ``hung``, ``lost`` (published,
        answer lost), ``killed``."""

    def publish(self, alert: Alert) -> None:
        what = self.before()
        if what == "refused":
            raise client_error("InternalError", "Publish")
        if what == "never taken":
            raise client_error("InvalidParameter", "Publish")
        if what == "hung":
            raise ReadTimeoutError(endpoint_url="https://sns")
        if what == "killed before":
            raise KilledError
        self.published.append(alert)
        if what == "lost":
            raise ReadTimeoutError(endpoint_url="https://sns")
        if what == "killed after":
            raise KilledError


class World:
    """One stack: its trends, its topic, its clock."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.rules = rules
        self.tables = SimulatedTables()
        self.trends = TrendsTable(self.tables.client(), TRENDS_TABLE)
        self.trends.create_state(LevelsState(0, 0, 0, 0))
        self.topic = Topic()
        self.now = float(START)
        self.left = 55.0
        """The invocation's seconds."""
        self.cold()

    def cold(self) -> None:
        """Begin with a new execution environment."""
        reader = MinutesReader(self.trends, SCHEDULE, self.rules, SerialExecutor())
        store = AlertsStore(self.tables.client(), TRENDS_TABLE)
        self.alerts = Alerts(self.trends, reader, store, self.topic.publish, self.rules, clock=lambda: self.now)

    def count(self, minute: int, hashtags: Mapping[str, int]) -> None:
        """Have hashtags counted in the `minute`-th minute from `START`, for the first time."""
        start = START + minute * MINUTE
        counts = {**empty(), "hashtag": dict(hashtags)}
        load(self.trends, bucket_items(Level.MINUTE, start, counts, schedule=SCHEDULE, retention=RETENTION))

    def correct(self, minute: int, hashtags: Mapping[str, int]) -> None:
        """Add to what is counted in a minute, as late events do."""
        start = START + minute * MINUTE
        counts = {**empty(), "hashtag": dict(hashtags)}
        for late in bucket_items(Level.MINUTE, start, counts, schedule=SCHEDULE, retention=RETENTION):
            item = self.trends.get(Level.MINUTE, start, late.bucket)
            assert item is not None
            tags = dict(item.counts["hashtag"])
            for tag, count in late.counts["hashtag"].items():
                tags[tag] = tags.get(tag, 0) + count
            self.trends.put(item.succeeded_by({**empty(), "hashtag": tags}, item.vector, None))

    def hide(self, *hashtags: str) -> None:
        """Have hashtags hidden from now on."""
        HideList(self.tables.client(), TRENDS_TABLE).add("hashtag", hashtags)

    def run(self, minute: int, *, time_left: float = 55.0) -> Report:
        """Run half a minute after the `minute`-th minute has ended, with everything arrived until then."""
        self.now = START + (minute + 1) * MINUTE + 30.0
        self.trends.raise_mark(Mark.NEWEST_ARRIVAL, int(self.now * 1000))
        self.left = time_left
        return self.run_now()

    def run_now(self) -> Report:
        """Run with nothing new."""
        report = Report()
        self.alerts.run(report, lambda: self.left)
        return report

    @property
    def state(self) -> AlertsState:
        """What is remembered."""
        return AlertsStore(self.tables.client(), TRENDS_TABLE).read()
