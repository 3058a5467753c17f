"""Reads what a prefix needs of the newest search index."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from consumers.batch_get import batch_get
from consumers.tables import TrendKey, search_directory_key, search_node_key
from consumers.trends.errors import TrendsFormatError
from consumers.views.search.item import Generation, decode_directory, decode_generation, decode_node
from consumers.views.search.nodes import Entries
from consumers.views.store import FORMAT_VERSION

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class Found(NamedTuple):
    """What an index has of a prefix."""

    generation: Generation
    entries: Entries
    """Values that begin with it."""
    complete: bool
    """Whether those are all that the index has. Else they are more than an answer shows, the most used ones."""


class SearchReader:
    """Reads indexes. Thread-safe, as boto3's clients are; remembers nothing."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        sleep: Callable[[float], None],
        unread: Callable[[TrendsFormatError], object],
    ) -> None:
        """Read `table`; `sleep` waits where DynamoDB asks for it, `unread` is told of an index that is damaged."""
        self._client = client
        self._table = table
        self._unread = unread
        self._sleep = sleep

    def find(self, prefix: str, end: int) -> Found | None:
        """Return what the index of the day up to `end` (epoch seconds) has of a prefix, or None where there is none.

        Two calls: the directory, and the one or two nodes that it names. These are read consistently, since the
        directory is written right behind them. One that is damaged is none: the next that is made takes its place.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        try:
            return self._find(prefix, end)
        except TrendsFormatError as error:
            self._unread(error)
            return None

    def _find(self, prefix: str, end: int) -> Found | None:
        item = self._client.get_item(TableName=self._table, Key=search_directory_key(end).attributes).get("Item")
        if item is None or item.get("v") != {"N": str(FORMAT_VERSION)}:
            return None
        generation = decode_generation(item)
        touched = decode_directory(item).touched(prefix)
        keys = _keys(generation.name, touched.leaves, touched.top)
        wanted = [key.attributes for key in keys]
        entries: Entries = {}
        read = 0
        for node in batch_get(self._client, self._table, wanted, consistent=True, sleep=self._sleep):
            read += 1
            entries |= decode_node(node)
        if read < len(keys):  # they have expired before their directory
            return None
        found = {value: count for value, count in entries.items() if value.startswith(prefix)}
        return Found(generation, found, complete=touched.top is None)


def _keys(generation: str, leaves: range, top: int | None) -> list[TrendKey]:
    if top is not None:
        return [search_node_key(generation, "top", top)]
    return [search_node_key(generation, "leaf", leaf) for leaf in leaves]
