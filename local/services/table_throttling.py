"""Tables whose items DynamoDB refuses to read or write for a while: moto throttles none."""

import json
from typing import Final

from werkzeug.wrappers import Request, Response

TARGET: Final = "DynamoDB_20120810."
"""How the header X-Amz-Target of a call of DynamoDB begins; the operation follows."""
OF_ITEMS: Final = frozenset(
    ("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
)


class TableThrottling:
    """Which tables are refused. For one thread at a time.

    The answer's form: "Error handling with DynamoDB", Amazon DynamoDB Developer Guide.
    """

    def __init__(self) -> None:
        self._refused: set[str] = set()

    def change(self, request: Request) -> Response:
        """Refuse a table, or no longer."""
        asked = request.get_json()
        if asked["refused"]:
            self._refused.add(asked["table"])
        else:
            self._refused.discard(asked["table"])
        return Response("{}", content_type="application/json")

    def answer(self, request: Request) -> Response | None:
        """Return the refusal of a call, or None for one that passes."""
        if not self._refused:
            return None
        target = request.headers.get("X-Amz-Target", "")
        if not target.startswith(TARGET) or target.removeprefix(TARGET) not in OF_ITEMS:
            return None
        call = json.loads(request.get_data())
        tables = {call.get("TableName"), *call.get("RequestItems", {})}
        if not tables & self._refused:
            return None
        body = {
            "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "message": "The level of configured provisioned throughput for the table was exceeded.",
        }
        return Response(json.dumps(body), status=400, content_type="application/x-amz-json-1.0")
