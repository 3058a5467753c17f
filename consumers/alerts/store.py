"""The state of alerts in its table."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from consumers.alerts.state import AlertsState, decode_state, encode_state
from consumers.tables import ALERTS_STATE

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import PutItemInputTypeDef

_REFUSED: Final = "ConditionalCheckFailedException"


class OtherRunError(Exception):
    """Another run wrote the state meanwhile (or this one's write succeeded and its answer was lost).

    Nothing is lost: what it decided is in the state, and the next run goes on from there.
    """


class AlertsStore:
    """Reads and writes the one item."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Keep the state in the trends table."""
        self._client = client
        self._table = table

    def read(self) -> AlertsState:
        """Return the state, strongly consistent; the first one where there is none.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            StateFormatError: this code can't read it.
        """
        answer = self._client.get_item(
            TableName=self._table,
            Key=ALERTS_STATE.attributes,
            ConsistentRead=True,
        )
        return decode_state(answer["Item"]) if "Item" in answer else AlertsState()

    def write(self, state: AlertsState, expires_at: int) -> AlertsState:
        """Write a state on condition that the table holds the revision that it was made from; return it as written.

        Raises:
            OtherRunError: it does not.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        written = replace(state, revision=state.revision + 1)
        put: PutItemInputTypeDef = {
            "TableName": self._table,
            "Item": encode_state(written, expires_at),
            "ConditionExpression": "#r = :r" if state.revision else "attribute_not_exists(#r)",
            "ExpressionAttributeNames": {"#r": "r"},
        }
        if state.revision:
            put["ExpressionAttributeValues"] = {":r": {"N": str(state.revision)}}
        try:
            self._client.put_item(**put)
        except ClientError as error:
            if error.response["Error"]["Code"] != _REFUSED:
                raise
            raise OtherRunError(f"revision {written.revision} of the state of alerts was refused") from error
        return written
