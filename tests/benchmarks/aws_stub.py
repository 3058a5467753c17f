"""AWS as far as functions need it here: every request is answered at once, below botocore's HTTP layer."""

import os
from collections.abc import Callable, Iterator
from typing import Any, cast
from zlib import crc32

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

Answer = Callable[[str, bytes], bytes]
"""From the operation and the body of a request (as DynamoDB's ``PutItem``) to the body of the answer."""


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._body


def answer_dynamodb(answer: Answer) -> None:
    """Have all DynamoDB clients that boto3 makes from now on answered where botocore would hand requests to urllib3.

    So requests are serialised and signed, and answers are parsed, with the checksum that DynamoDB sends along. It lasts
    as long as the process.
    """
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }

    def send(request: Any, **_: object) -> AWSResponse:  # noqa: ANN401 - its type has no known fields
        if b"Signature=" not in request.headers["Authorization"]:
            raise AssertionError("the request is not signed")
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        body = answer(operation, request.body)
        headers = HTTPHeaders.from_dict(
            {
                "Content-Type": "application/x-amz-json-1.0",
                "Content-Length": str(len(body)),
                "x-amz-crc32": str(crc32(body)),
                "x-amzn-RequestId": "BENCH",
            }
        )
        return AWSResponse(request.url, 200, headers, cast(Any, _Raw(body)))

    boto3.setup_default_session()
    cast(Any, boto3.DEFAULT_SESSION).events.register("before-send.dynamodb", send)
