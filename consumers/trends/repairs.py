"""Repairs begun: hours that runs of the sweep write to, kept until what changed there is noted.

Each run has an attribute of its own in one item, so two at once do not end each other's repairs.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from consumers.tables import REPAIRS
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import FORMAT_VERSION, check_version

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_OWN = frozenset((*REPAIRS.attributes, "v"))


class RepairsBegun:
    """The item in one table. Thread-safe, as boto3's clients are; remembers nothing."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Read and write `table` with `client`."""
        self._client = client
        self._table = table

    def begin(self, run: str, hours: Collection[int]) -> None:
        """Keep that `run` is about to write to `hours` (epoch seconds, at least one).

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        self._client.update_item(
            TableName=self._table,
            Key=REPAIRS.attributes,
            UpdateExpression="SET #v = :v ADD #run :hours",
            ExpressionAttributeNames={"#v": "v", "#run": run},
            ExpressionAttributeValues={
                ":v": {"N": str(FORMAT_VERSION)},
                ":hours": {"NS": [str(hour) for hour in sorted(hours)]},
            },
        )

    def end(self, run: str) -> None:
        """Keep that all that `run` wrote is noted.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        self._client.update_item(
            TableName=self._table,
            Key=REPAIRS.attributes,
            UpdateExpression="REMOVE #run",
            ExpressionAttributeNames={"#run": run},
        )

    def read(self) -> Mapping[str, frozenset[int]]:
        """Return by run the hours (epoch seconds) that it began to write to, strongly consistent.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsFormatError: an item that this code can't read.
        """
        answer = self._client.get_item(TableName=self._table, Key=REPAIRS.attributes, ConsistentRead=True)
        item = answer.get("Item")
        if item is None:
            return {}
        check_version(item)
        try:
            return {name: frozenset(map(int, item[name]["NS"])) for name in item.keys() - _OWN}
        except (KeyError, ValueError) as error:
            raise TrendsFormatError(f"no repairs begun: {error!r}") from error
