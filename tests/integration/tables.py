"""The tables as `template.yaml` has them, for tests that make their own."""

from typing import Any


def _table(partition: str, sort: str, sort_type: str) -> dict[str, Any]:
    return {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": partition, "AttributeType": "S"},
            {"AttributeName": sort, "AttributeType": sort_type},
        ],
        "KeySchema": [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}],
    }


PANE_LOG = _table("address", "segment", "N")
TRENDS = _table("bucket", "start", "S")
WITH_STREAM: dict[str, Any] = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}
