"""DynamoDB in memory below botocore's HTTP layer: requests are serialised and signed, answers parsed, as on AWS."""

import base64
import json
import os
import time
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any, Final, cast
from zlib import crc32

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

from simulation.services.dynamodb import SimulatedDynamoDB

_METHODS: Final = {
    "BatchGetItem": "batch_get_item",
    "GetItem": "get_item",
    "PutItem": "put_item",
    "Query": "query",
    "TransactWriteItems": "transact_write_items",
    "UpdateItem": "update_item",
}


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._body


class WiredDynamoDB:
    """Answers all DynamoDB clients that boto3 makes after `wire`, and tells what that itself took.

    Only what a client does before urllib3 and after it is left to be measured: TLS and the network are not.
    """

    def __init__(self, tables: SimulatedDynamoDB) -> None:
        self._tables = tables
        self._lock = Lock()
        self.seconds = 0.0
        """Processor time spent in here so far, which no function would spend."""
        self.calls = 0

    def wire(self) -> None:
        """Take the place of the network, for as long as the process lives."""
        os.environ |= {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "none"}
        os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
        boto3.setup_default_session()
        cast(Any, boto3.DEFAULT_SESSION).events.register("before-send.dynamodb", self._send)

    def _send(self, request: Any, **_: object) -> AWSResponse:  # noqa: ANN401 - botocore's, without known fields
        began = time.thread_time()
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        status, answer = self._answer(operation, json.loads(request.body, object_hook=_with_bytes))
        body = json.dumps(answer, default=_as_text).encode()
        headers = HTTPHeaders.from_dict(
            {
                "Content-Type": "application/x-amz-json-1.0",
                "Content-Length": str(len(body)),
                "x-amz-crc32": str(crc32(body)),
                "x-amzn-RequestId": "CALIBRATION",
            }
        )
        response = AWSResponse(request.url, status, headers, cast(Any, _Raw(body)))
        with self._lock:
            self.calls += 1
            self.seconds += time.thread_time() - began
        return response

    def _answer(self, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        method: Callable[..., dict[str, Any]] = getattr(self._tables, _METHODS[operation])
        try:
            with self._lock:
                return 200, method(**request)
        except ClientError as error:
            told = {name: value for name, value in error.response.items() if name not in ("Error", "ResponseMetadata")}
            code = f"com.amazonaws.dynamodb.v20120810#{error.response['Error']['Code']}"
            return 400, {"__type": code, "message": error.response["Error"]["Message"], **told}


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) == 1 and isinstance(value.get("B"), str):
        return {"B": base64.b64decode(value["B"])}
    return value


def _as_text(value: Any) -> str:  # noqa: ANN401 - what JSON has no form for
    return base64.b64encode(value).decode()
