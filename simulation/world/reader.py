"""Someone who asks the reporting API's questions while the world goes on."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from consumers.trends.table import TrendsTable
from consumers.views.search.reader import SearchReader
from consumers.views.strips.table import StripsTable
from reporting.queries import Queries
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.windows import Window
from simulation.concurrency import SimulatedExecutor
from simulation.world.process import Process

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from simulation.world.world import World

WORKERS: Final = 4
QUESTIONS: Final = 3
"""In each phase."""
ASKED_SECONDS: Final = (10.0, 180.0)
"""After its begin."""


class Reader:
    """Asks now and then.

    Attributes:
        ahead: Answers that told more than had been sent.
    """

    def __init__(self, world: "World") -> None:
        self.ahead: list[str] = []
        self._world = world
        self._process = Process(world.scheduler, "reader")
        world.scheduler.spawn(self._run, owner=self._process)

    def _run(self) -> None:
        world = self._world
        chance = world.scheduler.chance
        times = [start + chance.uniform(*ASKED_SECONDS) for start, _ in world.phases for _ in range(QUESTIONS)]
        for at in sorted(times):
            world.scheduler.sleep(max(at - world.scheduler.now, 0.0))
            try:
                self._ask()
            except (ClientError, BotoCoreError):
                continue

    def _ask(self) -> None:
        """Ask for the top list of a day: it may be behind what was sent, never ahead of it."""
        queries = self.queries(self._world.client("dynamodb", self._process))
        answer = queries.trends("hashtag", Window.DAY, 100, None, None)
        sent = self._world.truth.between(0, 2**40)["hashtag"]
        self.ahead += [
            f"{item.value} was sent {sent[item.value]} times and counted {item.count} times"
            for item in answer.items
            if item.count > sent[item.value]
        ]

    def queries(self, client: "DynamoDBClient | None" = None) -> Queries:
        """Return the questions that the reporting API answers, asked by a client; none fails without one."""
        world = self._world
        scheduler, client = world.scheduler, client or world.dynamodb.client()
        table = TrendsTable(client, world.trends_table)
        return Queries(
            TrendsReader(table, world.schedule, SimulatedExecutor(scheduler, WORKERS), _unread),
            SearchReader(client, world.trends_table, scheduler.sleep, _unread),
            StripsTable(client, world.trends_table, scheduler.sleep, _unread),
            RecentRankings(scheduler.clock),
            lambda: datetime.fromtimestamp(scheduler.now, UTC),
        )


def _unread(error: Exception) -> None:
    """Let nothing pass that is not to be read."""
    raise error
