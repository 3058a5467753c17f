"""Records of a table's stream as Lambda hands them to a function.

Source: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" (example event): binary values are base64.
"""

from base64 import b64encode
from typing import Any, Final

from simulation.services.expressions import Item
from simulation.services.table import Change

REGION: Final = "eu-west-1"
SOURCE: Final = "aws:dynamodb"
VERSION: Final = "1.1"
STREAM_LABEL: Final = "2026-11-21T00:00:00.000"

_BY_EXPIRY: Final = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def stream_arn(table: str) -> str:
    """Return the ARN of a table's stream."""
    return f"arn:aws:dynamodb:{REGION}:123456789012:table/{table}/stream/{STREAM_LABEL}"


def as_lambda_sends(change: Change, table: str) -> dict[str, Any]:
    """Return one record of a batch."""
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
        "eventVersion": VERSION,
        "eventSource": SOURCE,
        "awsRegion": REGION,
        "dynamodb": told,
        "eventSourceARN": stream_arn(table),
    }
    return record | ({"userIdentity": _BY_EXPIRY} if change.by_expiry else {})


def _as_json(item: Item) -> Item:
    return {
        name: {kind: b64encode(content).decode() if kind == "B" else content}
        for name, value in item.items()
        for kind, content in value.items()
    }
