"""Records of a table's stream as Lambda hands them to a function.

Source: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" (example event): binary values are base64.
"""

from base64 import b64encode
from typing import Any

from simulation.services.expressions import Item
from simulation.services.table import Change

_STREAM_ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/{}/stream/2026-11-21T00:00:00.000"
_BY_EXPIRY = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def as_lambda_sends(change: Change, table: str) -> dict[str, Any]:
    """Return one record of a batch; a removal is one by time to live."""
    told: dict[str, Any] = {
        "ApproximateCreationDateTime": change.at,
        "Keys": _as_json(change.keys),
        "SequenceNumber": str(change.sequence_number),
        "StreamViewType": "NEW_IMAGE",
    }
    if change.new_image is not None:
        told["NewImage"] = _as_json(change.new_image)
    record: dict[str, Any] = {
        "eventID": f"{change.sequence_number:032x}",
        "eventName": change.event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": told,
        "eventSourceARN": _STREAM_ARN.format(table),
    }
    return record | ({"userIdentity": _BY_EXPIRY} if change.event_name == "REMOVE" else {})


def _as_json(item: Item) -> Item:
    return {
        name: {kind: b64encode(content).decode() if kind == "B" else content}
        for name, value in item.items()
        for kind, content in value.items()
    }
