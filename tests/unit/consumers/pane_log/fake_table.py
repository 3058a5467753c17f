"""A pane log table in memory behind DynamoDB's client API, which loses answers and fails as told."""

from collections.abc import Callable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError, ReadTimeoutError

from consumers.pane_log import segment as segments
from consumers.pane_log.log import MAX_ITEM_BYTES
from consumers.pane_log.segment import Segment

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Item = dict[str, dict[str, Any]]

PAGE_ITEMS = 2
"""Items on one page of a query, so that paging is always tried."""


class Fault(Enum):
    """What may happen to a call."""

    NONE = "answered"
    THROTTLED = "refused with a throttle, not carried out"
    LOST_REQUEST = "timed out, not carried out"
    LOST_ANSWER = "carried out, but the answer timed out"
    REPEATED = "carried out, answer lost, repeated by the SDK"


class FakeTable:
    """Holds items by address and number; `client()` is what `PaneLog` takes."""

    def __init__(self) -> None:
        self.items: dict[str, dict[int, Item]] = {}
        self.faults: Iterator[Fault] = iter(())
        self.before_put: Callable[[], object] = lambda: None
        """Called when a put has left its writer and has not yet reached the table."""
        self.puts = 0
        self.queries = 0

    def client(self) -> "DynamoDBClient":
        return cast("DynamoDBClient", self)

    def segments(self) -> list[Segment]:
        return [segments.decode(item) for _, log in sorted(self.items.items()) for _, item in sorted(log.items())]

    def put_item(self, *, Item: Item, **request: object) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert request["ConditionExpression"] == "attribute_not_exists(#address)"
        assert request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
        assert segments.size(Item) <= MAX_ITEM_BYTES
        self.puts += 1
        self.before_put()
        fault = next(self.faults, Fault.NONE)
        if fault is Fault.THROTTLED:
            raise error("ProvisionedThroughputExceededException", "PutItem")
        if fault is Fault.LOST_REQUEST:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        if fault is Fault.REPEATED:
            self._put(Item)
        self._put(Item)
        if fault is Fault.LOST_ANSWER:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        return {}

    def _put(self, item: Item) -> None:
        log = self.items.setdefault(item["address"]["S"], {})
        winner = log.setdefault(int(item["segment"]["N"]), item)
        if winner is not item:
            refusal = error("ConditionalCheckFailedException", "PutItem")
            cast(dict[str, Any], refusal.response)["Item"] = winner
            raise refusal
        # A second put of the very same object must be refused too.
        log[int(item["segment"]["N"])] = dict(item)

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        self.queries += 1
        fault = next(self.faults, Fault.NONE)
        if fault is Fault.THROTTLED:
            raise error("ProvisionedThroughputExceededException", "Query")
        if fault in {Fault.LOST_REQUEST, Fault.LOST_ANSWER}:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        values = request["ExpressionAttributeValues"]
        log = self.items.get(values[":address"]["S"], {})
        start = int(values[":start"]["N"]) if ":start" in values else 0
        if "ExclusiveStartKey" in request:
            start = max(start, int(request["ExclusiveStartKey"]["segment"]["N"]) + 1)
        numbers = sorted((n for n in log if n >= start), reverse=not request.get("ScanIndexForward", True))
        found = [log[number] for number in numbers[: request.get("Limit", PAGE_ITEMS)]]
        answer: dict[str, Any] = {"Items": found}
        if len(found) < len(numbers):
            answer["LastEvaluatedKey"] = {key: found[-1][key] for key in ("address", "segment")}
        return answer


def error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as told"}}, operation)
