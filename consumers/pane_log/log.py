"""Reading and appending to the pane log's table."""

from typing import TYPE_CHECKING, Any, Final, cast

from botocore.exceptions import ClientError

from consumers.pane_log import segment as segments
from consumers.pane_log.segment import Segment
from consumers.schedule import Address

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import QueryInputTypeDef

MAX_ITEM_BYTES: Final = 400 * 1024
"""DynamoDB's limit for one item, names and values together (Developer Guide, "Quotas")."""


class SegmentTooLargeError(ValueError):
    """A segment that is too large for one item: its events must be put as several."""


class PaneLog:
    """The logs of all addresses, in one table. Thread-safe, as boto3's clients are."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Read and write `table` with `client`."""
        self._client = client
        self.table = table

    def segments(self, address: Address, start: int = 0) -> list[Segment]:
        """Return the segments from number `start` on, in order and without a gap; an empty list if there are none.

        Strongly consistent: every segment that was written before the call is there. A query is no snapshot,
        though (Amazon DynamoDB Developer Guide, "DynamoDB Transactions: How it works", isolation levels): it
        can pass the place of n before n is put and then meet n + 1. What comes after such a gap is left out.

        Costs one read unit for each 4 KB of segments read, and one unit if there are none: the cheapest way to
        learn that nothing follows what one knows.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the query failed for good.
            SegmentFormatError: a segment of a format this code does not know.
        """
        request: QueryInputTypeDef = {
            "TableName": self.table,
            "KeyConditionExpression": "#address = :address AND #segment >= :start",
            "ExpressionAttributeNames": {"#address": "address", "#segment": "segment"},
            "ExpressionAttributeValues": {":address": {"S": address.key}, ":start": {"N": str(start)}},
            "ConsistentRead": True,
        }
        found: list[Segment] = []
        while True:
            answer = self._client.query(**request)
            for item in answer["Items"]:
                segment = segments.decode(item)
                if segment.number != start + len(found):
                    return found
                found.append(segment)
            if not answer.get("LastEvaluatedKey"):
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put(self, segment: Segment) -> Segment:
        """Put a segment in its place, if that is free, and return the segment that is there now.

        That is `segment` itself, also if an earlier attempt's answer was lost and the refusal brought back the
        segment's own nonce; or another writer's, which then was there first.

        Raises:
            SegmentTooLargeError: more than DynamoDB takes; nothing was sent.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the put failed for good, and the
                segment may be in the log or not.
            SegmentFormatError: another segment is there, of a format this code does not know.
        """
        item = segments.encode(segment)
        size = segments.size(item)
        if size > MAX_ITEM_BYTES:
            raise SegmentTooLargeError(
                f"segment {segment.number} of {segment.address.key} has {size} bytes, more than {MAX_ITEM_BYTES}"
            )
        try:
            self._client.put_item(
                TableName=self.table,
                Item=item,
                ConditionExpression="attribute_not_exists(#address)",
                ExpressionAttributeNames={"#address": "address"},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            winner = segments.decode(cast(dict[str, Any], error.response)["Item"])
            return segment if winner.nonce == segment.nonce else winner
        return segment
