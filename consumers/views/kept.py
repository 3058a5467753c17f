"""Which views there are, and what they are made of."""

from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from consumers.schedule import Schedule
from consumers.trends.retention import Retention
from consumers.trends.table import TrendsTable
from consumers.views.lists.view import TopLists
from consumers.views.memory import Memory
from consumers.views.run import Views
from consumers.views.search.view import SearchView
from consumers.views.store import ViewStore
from consumers.views.strips.directory import Place
from consumers.views.strips.table import StripsTable
from consumers.views.strips.view import StripsView
from consumers.views.view import View

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def keep_all(
    client: "DynamoDBClient",
    table: str,
    schedule: Schedule,
    retention: Retention,
    *,
    pool: Executor,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    warn: Callable[[str, Exception], object],
) -> Views:
    """Return what keeps all views of the trends table called `table`, those first that answers need soonest.

    Args:
        client: Calls DynamoDB, several times at once in `pool`.
        table: Its name.
        schedule: The schedule of its buckets.
        retention: How long its levels are kept.
        pool: As said.
        clock: Tells epoch seconds.
        sleep: Waits where DynamoDB asks for it.
        warn: Told what can't be read and why, where that holds up nothing.
    """
    trends, store = TrendsTable(client, table), ViewStore(client, table)

    def unread_strip(error: Exception) -> None:
        warn("a strip can't be read", error)

    def unread_frame(place: Place, error: Exception) -> None:
        warn(f"no strips of {place.frame} {place.start}, whose counts can't be read: its items answer instead", error)

    strips = StripsView(
        trends,
        StripsTable(client, table, sleep, unread_strip),
        store,
        schedule=schedule,
        retention=retention,
        pool=pool,
        unread=unread_frame,
    )
    views: list[View] = [TopLists(store), strips, SearchView(store, pool)]
    return Views(Memory(trends, schedule, pool), store, views, clock=clock)
