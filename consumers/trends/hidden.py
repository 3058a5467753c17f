"""The hide-list: values that are counted and not shown.

An item for each dimension (`consumers.tables`), all in one partition, so that one query reads them for the read units
of one. Who writes adds to a set or takes from it, which commutes: writers need not know of each other.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from consumers.counts import DIMENSIONS
from consumers.tables import HIDDEN_PARTITION, TrendKey, hidden_key
from consumers.trends.errors import TrendsError, TrendsFormatError
from consumers.trends.item import FORMAT_VERSION, check_version

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

Hidden = Mapping[str, frozenset[str]]
"""Dimension, then the values that are hidden in it; holds every dimension."""

MAX_BYTES: Final = 64 * 1024
"""Of all hidden values of a dimension, in UTF-8. Every request reads the list, at a read unit for each 4 KB."""


class HideListFullError(TrendsError):
    """A dimension's hide-list has no room for more."""


class HideList:
    """The hide-list in the trends table. Values are taken as they are counted, which is for the caller to see to."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Read and write `table` with `client`."""
        self._client = client
        self._table = table

    def read(self) -> Hidden:
        """Return what is hidden, strongly consistent.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsFormatError: an item that this code can't read.
        """
        hidden: dict[str, frozenset[str]] = dict.fromkeys(DIMENSIONS, frozenset())
        start: dict[str, Any] = {}
        while True:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="#bucket = :bucket",
                ExpressionAttributeNames={"#bucket": "bucket"},
                ExpressionAttributeValues={":bucket": {"S": HIDDEN_PARTITION}},
                ConsistentRead=True,
                **start,
            )
            for item in answer["Items"]:
                check_version(item)
                dimension = TrendKey.of(item).start
                if dimension not in hidden:
                    raise TrendsFormatError(f"there is a hide-list of {dimension!r}, which is no dimension")
                hidden[dimension] = _values(item)
            if not answer.get("LastEvaluatedKey"):
                return hidden
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def add(self, dimension: str, values: Collection[str]) -> frozenset[str]:
        """Hide values; return those that were not hidden before.

        Raises:
            TrendsFormatError: a list that this code can't read.
            HideListFullError: with them the list would be larger than `MAX_BYTES`; none is hidden that was not.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        size = sum(len(value.encode()) for value in self.read()[dimension].union(values))
        if size > MAX_BYTES:
            raise HideListFullError(
                f"the hide-list of {dimension} would have {size:,} bytes of names, more than {MAX_BYTES:,}:"
                " remove what is no longer used"
            )
        return frozenset(values) - self._update("ADD", dimension, values)

    def remove(self, dimension: str, values: Collection[str]) -> frozenset[str]:
        """Hide values no longer; return those that were hidden before.

        Raises:
            TrendsFormatError: a list that this code can't read.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        return frozenset(values) & self._update("DELETE", dimension, values)

    def replace(self, hidden: Hidden) -> None:
        """Hide these values, and no others.

        Raises:
            HideListFullError, TrendsFormatError: as `add`.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        before = self.read()
        for dimension in DIMENSIONS:
            if gone := before[dimension] - hidden[dimension]:
                self.remove(dimension, gone)
            if new := hidden[dimension] - before[dimension]:
                self.add(dimension, new)

    def _update(self, verb: str, dimension: str, values: Collection[str]) -> frozenset[str]:
        """Add to the dimension's set, or take from it; return the set as it was before."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=hidden_key(dimension).attributes,
                UpdateExpression=f"SET #v = :v {verb} #h :h",
                ConditionExpression="attribute_not_exists(#v) OR #v <= :v",
                ExpressionAttributeNames={"#v": "v", "#h": "h"},
                ExpressionAttributeValues={":v": {"N": str(FORMAT_VERSION)}, ":h": {"SS": sorted(values)}},
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                self.read()  # which tells what is newer
            raise
        return _values(answer.get("Attributes", {}))


def _values(item: "Mapping[str, AttributeValueTypeDef]") -> frozenset[str]:
    """Return the values of an item; DynamoDB has no empty sets, so of nothing there is none."""
    try:
        return frozenset(item["h"]["SS"]) if "h" in item else frozenset()
    except KeyError as error:
        raise TrendsFormatError(f"a hide-list that is no set of strings: {error!r}") from error
