"""Asking the pane log, for many addresses at once, whether a segment follows those that the trends have."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from consumers.schedule import Address
from consumers.tables import place_of, segment_key

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import KeysAndAttributesTypeDef

KEYS_A_CALL: Final = 100
"""Most keys of one BatchGetItem (DynamoDB API Reference)."""

MAX_CALLS: Final = 6
"""For the same keys: DynamoDB may leave some unread (``UnprocessedKeys``) and asks for a wait before the next call."""

FIRST_WAIT: Final = 0.1

Expected = tuple[Address, int]
"""An address and the number of its segments that the trends have, which is the number of the next one."""


class LogProbe:
    """Looks for single segments, 100 in a call. One that is not there costs half a read unit."""

    def __init__(
        self, client: "DynamoDBClient", table: str, sleep: Callable[[float], None], *, consistent: bool = False
    ) -> None:
        """Ask the pane log's `table`; wait by `sleep` (seconds) where DynamoDB asks for it.

        If `consistent`, a segment that was written just now is found too, for twice the units.
        """
        self._consistent = consistent
        self._client = client
        self._table = table
        self._sleep = sleep

    def found(self, expected: Iterable[Expected]) -> list[Expected]:
        """Return those that exist; unless `consistent`, one that was written just now may be missed.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        return [hit for batch in _batches(expected) for hit in self._found(batch)]

    def _found(self, batch: list[Expected]) -> Iterator[Expected]:
        wanted: KeysAndAttributesTypeDef = {
            "Keys": [segment_key(address, number) for address, number in batch],
            "ProjectionExpression": "#address, #segment",
            "ExpressionAttributeNames": {"#address": "address", "#segment": "segment"},
            "ConsistentRead": self._consistent,
        }
        for call in range(MAX_CALLS):
            if call:
                self._sleep(FIRST_WAIT * 2.0 ** (call - 1))
            answer = self._client.batch_get_item(RequestItems={self._table: wanted})
            yield from map(place_of, answer["Responses"].get(self._table, ()))
            left = answer.get("UnprocessedKeys", {}).get(self._table)
            if not left:
                return
            wanted = {**wanted, "Keys": left["Keys"]}
        raise ClientError(
            {
                "Error": {
                    "Code": "ProvisionedThroughputExceededException",
                    "Message": f"table {self._table} left keys unread in each of {MAX_CALLS} calls",
                }
            },
            "BatchGetItem",
        )


def _batches(expected: Iterable[Expected]) -> Iterator[list[Expected]]:
    iterator = iter(expected)
    while batch := list(islice(iterator, KEYS_A_CALL)):
        yield batch
