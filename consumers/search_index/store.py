"""Writes generations of the search index, and reads what a prefix needs of the newest."""

import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import ClientError

from consumers.batch_get import batch_get
from consumers.search_index.item import (
    DIMENSION,
    DirectoryTooLargeError,
    Generation,
    decode_directory,
    decode_generation,
    decode_node,
    encode_directory,
    encode_node,
)
from consumers.search_index.nodes import Entries, build, most_used
from consumers.tables import search_directory_key, search_node_key

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from consumers.search_index.item import Kind
    from consumers.search_index.nodes import Nodes
    from consumers.trends.item import AttributeMap

MOST_VALUES: Final = 100_000
"""Values of an index, the most used ones: they take some 1 MB, which is written every few minutes."""


class Found(NamedTuple):
    """What the index has of a prefix."""

    generation: Generation
    entries: Entries
    """Values that begin with it."""
    complete: bool
    """Whether those are all that the index has. Else they are more than an answer shows, the most used ones."""


class SearchIndex:
    """The index in one table. Thread-safe, as boto3's clients are; remembers nothing."""

    def __init__(self, client: "DynamoDBClient", table: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Write to and read from `table`; `sleep` waits where DynamoDB asks for it."""
        self._client = client
        self._table = table
        self._sleep = sleep

    def write(
        self,
        counts: Mapping[str, int],
        *,
        version: int,
        made: int,
        end: int,
        as_of: int | None,
        pool: Executor,
        nonce: Callable[[], str] = lambda: secrets.token_hex(4),
    ) -> bool:
        """Make a generation from the counts of the day up to `end`; False if the table has a newer one.

        Its nodes are written first, under names that no other generation has; readers see them once the directory
        says so.

        Args:
            counts: Value and count.
            version: Of the counts: it rises with them.
            made: Now, in epoch seconds.
            end: In epoch seconds.
            as_of: Newest arrival among the counts, epoch milliseconds.
            pool: Writes several nodes at a time.
            nonce: Tells apart what two make at once.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        generation = Generation(f"{made:010}-{nonce()}", version, made, end, as_of)
        nodes, directory = _fitting(counts, generation)
        items = [encode_node(generation, "leaf", number, leaf) for number, leaf in enumerate(nodes.leaves)]
        items += [encode_node(generation, "top", number, top) for number, top in enumerate(nodes.tops)]
        for _ in pool.map(lambda item: self._client.put_item(TableName=self._table, Item=item), items):
            pass
        try:
            self._client.put_item(
                TableName=self._table,
                Item=directory,
                ConditionExpression="attribute_not_exists(#n) OR #n <= :n",
                ExpressionAttributeNames={"#n": "n"},
                ExpressionAttributeValues={":n": directory["n"]},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def newest(self) -> Generation | None:
        """Return the newest generation, or None before the first.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsFormatError: a directory that this code can't read.
        """
        answer = self._client.get_item(
            TableName=self._table, Key=search_directory_key(DIMENSION).attributes, ConsistentRead=True
        )
        return decode_generation(answer["Item"]) if "Item" in answer else None

    def find(self, prefix: str) -> Found | None:
        """Return what the newest generation has of a prefix, or None where there is none that is whole.

        Two calls: the directory, and the one or two nodes that it names. These are read consistently, since the
        directory is written right behind them.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: an item that this code can't read.
        """
        answer = self._client.get_item(TableName=self._table, Key=search_directory_key(DIMENSION).attributes)
        if "Item" not in answer:
            return None
        generation, directory = decode_directory(answer["Item"])
        touched = directory.touched(prefix)
        wanted: list[tuple[Kind, int]] = [("leaf", leaf) for leaf in touched.leaves]
        if touched.top is not None:
            wanted = [("top", touched.top)]
        keys = [search_node_key(generation.name, *each).attributes for each in wanted]
        entries: Entries = {}
        read = 0
        for item in batch_get(self._client, self._table, keys, consistent=True, sleep=self._sleep):
            read += 1
            entries |= decode_node(item)
        if read < len(keys):  # it has expired: nobody has made one for hours
            return None
        found = {value: count for value, count in entries.items() if value.startswith(prefix)}
        return Found(generation, found, complete=touched.top is None)


def _fitting(counts: Mapping[str, int], generation: Generation) -> "tuple[Nodes, AttributeMap]":
    """Return the nodes of the most used values, as many as a directory has room for, and that."""
    most = MOST_VALUES
    while True:
        nodes = build(_most_used(counts, most))
        try:
            return nodes, encode_directory(generation, nodes.directory)
        except DirectoryTooLargeError:
            most = min(most, len(counts)) // 2


def _most_used(counts: Mapping[str, int], most: int) -> Mapping[str, int]:
    if len(counts) <= most:
        return counts
    return {value: counts[value] for value in most_used(counts, most)}
