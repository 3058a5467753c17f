"""Reading and appending to the pane log's table."""

from typing import TYPE_CHECKING

from consumers.pane_log import segment as segments
from consumers.pane_log.segment import Segment
from consumers.schedule import Address

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import QueryInputTypeDef


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

    def head(self, address: Address) -> int | None:
        """Return the number of the address's last segment, or None if it has none.

        Eventually consistent and reads one item, of which only the number is sent; DynamoDB bills half the
        item's size all the same (Amazon DynamoDB Developer Guide, "Capacity unit consumption for read
        operations"). Who already knows the segments before n asks `segments(address, n)` for less.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the query failed for good.
        """
        answer = self._client.query(
            TableName=self.table,
            KeyConditionExpression="#address = :address",
            ExpressionAttributeNames={"#address": "address", "#segment": "segment"},
            ExpressionAttributeValues={":address": {"S": address.key}},
            ProjectionExpression="#segment",
            ScanIndexForward=False,
            Limit=1,
        )
        return int(answer["Items"][0]["segment"]["N"]) if answer["Items"] else None
