"""Items by their keys, 100 in a call."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef, KeysAndAttributesTypeDef

KEYS_A_CALL: Final = 100
"""Most keys of one BatchGetItem (DynamoDB API Reference)."""

MAX_CALLS: Final = 6
"""For the same keys: DynamoDB may leave some unread (``UnprocessedKeys``) and asks for a wait before the next call."""

FIRST_WAIT: Final = 0.1


def batch_get(
    client: "DynamoDBClient",
    table: str,
    keys: "Iterable[Mapping[str, AttributeValueTypeDef]]",
    *,
    consistent: bool,
    sleep: Callable[[float], None],
    attributes: Iterable[str] = (),
) -> "Iterator[Mapping[str, AttributeValueTypeDef]]":
    """Yield the items that exist, in no promised order.

    Args:
        client: boto3's.
        table: the table's name.
        keys: each of them once.
        consistent: whether an item that was written just now is found for sure, for twice the units.
        sleep: waits (seconds) where DynamoDB asks for it.
        attributes: which to bring; all without them.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
    """
    iterator = iter(keys)
    while batch := list(islice(iterator, KEYS_A_CALL)):
        wanted: KeysAndAttributesTypeDef = {"Keys": batch, "ConsistentRead": consistent}
        if names := list(attributes):
            wanted["ProjectionExpression"] = ", ".join(f"#{name}" for name in names)
            wanted["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
        yield from _read(client, table, wanted, sleep)


def _read(
    client: "DynamoDBClient", table: str, wanted: "KeysAndAttributesTypeDef", sleep: Callable[[float], None]
) -> "Iterator[Mapping[str, AttributeValueTypeDef]]":
    for call in range(MAX_CALLS):
        if call:
            sleep(FIRST_WAIT * 2.0 ** (call - 1))
        answer = client.batch_get_item(RequestItems={table: wanted})
        yield from answer["Responses"].get(table, ())
        left = answer.get("UnprocessedKeys", {}).get(table)
        if not left:
            return
        wanted = {**wanted, "Keys": left["Keys"]}
    raise ClientError(
        {
            "Error": {
                "Code": "ProvisionedThroughputExceededException",
                "Message": f"table {table} left keys unread in each of {MAX_CALLS} calls",
            }
        },
        "BatchGetItem",
    )
