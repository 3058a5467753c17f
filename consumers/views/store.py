"""Putting items of views: never an older one over a newer."""

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import ClientError

from consumers.tables import TrendKey
from consumers.trends.item import AttributeMap

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

FORMAT_VERSION: Final = 1
"""Of views. One of another version is made anew rather than read."""

_CONDITION_FAILED: Final = "ConditionalCheckFailedException"


class Made(NamedTuple):
    """What an item of a view was made from."""

    version: int
    """Sum of the change notes' numbers for its time."""
    as_of: int
    """Newest arrival that is surely in it, epoch milliseconds; 0 if none was."""


class ViewStore:
    """Writes the views' items. Thread-safe."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Write to `table` with `client`."""
        self._client = client
        self._table = table
        self._lock = Lock()
        self._put = self._refused = 0

    def put(self, key: TrendKey, attributes: AttributeMap, made: Made, expires_at: int) -> bool:
        """Put an item unless the table's was made from something newer; tell whether it was put.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good; the item may
                or may not have been put.
        """
        numbers = {"v": FORMAT_VERSION, "n": made.version, "a": made.as_of, "x": expires_at}
        item: AttributeMap = {
            **key.attributes,
            **attributes,
            **{name: {"N": str(number)} for name, number in numbers.items()},
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(#n) OR #n < :n OR (#n = :n AND #a <= :a)",
                ExpressionAttributeNames={"#n": "n", "#a": "a"},
                ExpressionAttributeValues={":n": item["n"], ":a": item["a"]},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION_FAILED:
                with self._lock:
                    self._refused += 1
                return False
            raise
        with self._lock:
            self._put += 1
        return True

    def get(self, key: TrendKey) -> "Mapping[str, AttributeValueTypeDef] | None":
        """Return an item as it is now, or None where there is none of this format.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        item = self._client.get_item(TableName=self._table, Key=key.attributes, ConsistentRead=True).get("Item")
        return item if item is not None and item.get("v") == {"N": str(FORMAT_VERSION)} else None

    def take_tally(self) -> tuple[int, int]:
        """Return how many items were put and how many refused since the last time."""
        with self._lock:
            tally, self._put, self._refused = (self._put, self._refused), 0, 0
        return tally
