"""What surrounds a handler that a test calls as Lambda would."""

import importlib
import sys
from base64 import b64encode
from types import ModuleType
from typing import Any

import pytest

SCHEDULE = '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}]'
SETTINGS = {
    "LOG_TABLE": "pane-log",
    "DEDUP_DAYS": "7",
    "STREAM_RETENTION_HOURS": "24",
    "SCHEDULE": SCHEDULE,
    "POWERTOOLS_METRICS_NAMESPACE": "Penstock",
}
"""What `template.yaml` has for the functions that have to do with the pane log."""


STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/events"
SHARD = "shardId-000000000000"


def kinesis_batch(*records: tuple[int, bytes], arrived: float, shard: str = SHARD) -> dict[str, Any]:
    """Return records, each of a sequence number and its data, as Lambda hands them to a function."""
    return {
        "Records": [
            {
                "kinesis": {
                    "partitionKey": "key",
                    "sequenceNumber": str(sequence),
                    "data": b64encode(data).decode(),
                    "approximateArrivalTimestamp": arrived,
                },
                "eventID": f"{shard}:{sequence}",
                "eventSourceARN": STREAM_ARN,
            }
            for sequence, data in records
        ]
    }


def load_handler(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a function's module anew: its logger and metrics read the environment then, as in Lambda."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", name)
    sys.modules.pop(f"consumers.{name}.handler", None)
    function = importlib.import_module(f"consumers.{name}.handler")
    monkeypatch.setattr(function.logger.registered_handler, "stream", Stdout())
    return function


class Context:
    """What Lambda tells a function about its invocation."""

    memory_limit_in_mb = 1024
    aws_request_id = "request-1"

    def __init__(self, function_name: str) -> None:
        self.function_name = function_name
        self.invoked_function_arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class Stdout:
    """Standard output as it is when written to: pytest changes it between a test's set-up and the test."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()
