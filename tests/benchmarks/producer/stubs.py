"""Kinesis as far as the contenders need it: everything that is sent is taken, at once.

Answers come at one of two depths: from a client in the place of boto3's, so that only routing and aggregation are
measured; or from below botocore's HTTP layer, so that requests are serialised and signed, and answers are parsed.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from tests.benchmarks.producer.workload import SHARDS

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

_WIDTH = 2**128 // SHARDS
_SHARD_IDS = [f"shardId-{number:012}" for number in range(SHARDS)]
_LISTING = {
    "Shards": [
        {
            "ShardId": shard_id,
            "HashKeyRange": {"StartingHashKey": str(n * _WIDTH), "EndingHashKey": str((n + 1) * _WIDTH - 1)},
            "SequenceNumberRange": {"StartingSequenceNumber": "1"},
        }
        for n, shard_id in enumerate(_SHARD_IDS)
    ]
}
_DATA = b'"Data":'
_KEY = b'"PartitionKey":'
_SEQUENCE_NUMBER = "49660000000000000000000000000000000000000000000000000000"


def _put(partition_keys: list[str]) -> dict[str, Any]:
    # A lane's partition key begins with its shard; what has another key may be anywhere.
    return {
        "FailedRecordCount": 0,
        "Records": [
            {"ShardId": key.partition(".")[0] if "." in key else _SHARD_IDS[0], "SequenceNumber": _SEQUENCE_NUMBER}
            for key in partition_keys
        ],
    }


class _CallStub:
    """A client that answers by itself. It looks at no data, but has had it made."""

    def put_records(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3's
        return _put([entry["PartitionKey"] for entry in request["Records"]])

    def list_shards(self, **_: object) -> dict[str, Any]:
        return _LISTING


def call_stub() -> "KinesisClient":
    """Return a client for routing and aggregation alone."""
    return cast("KinesisClient", _CallStub())


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._body


def answer_to(target: str, body: bytes) -> bytes:
    """Return the body of an answer to a request, whose records are counted without parsing it."""
    if target.endswith("ListShards"):
        return json.dumps(_LISTING).encode()
    # Parsing five megabytes of JSON would be the stub's cost, not the contenders': it searches what is between the data
    # alone, and in the data for the character that ends it, which costs next to nothing.
    keys: list[str] = []
    position = body.find(_DATA)
    while position >= 0:
        position = body.index(b'"', body.index(b'"', position + len(_DATA)) + 1)
        start = body.index(b'"', body.index(_KEY, position) + len(_KEY)) + 1
        keys.append(body[start : body.index(b'"', start)].decode())
        position = body.find(_DATA, start)
    return json.dumps(_put(keys)).encode()


def http_stub() -> "KinesisClient":
    """Return boto3's client, whose requests end where they would be handed to urllib3."""
    client: Any = boto3.client(
        "kinesis",
        region_name="eu-central-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",  # noqa: S106 - signs requests that go nowhere
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
    )

    def answer(request: Any, **_: object) -> AWSResponse:  # noqa: ANN401 - its type has no known fields
        if b"Signature=" not in request.headers["Authorization"]:
            raise AssertionError("the request is not signed")
        raw: Any = _Raw(answer_to(request.headers["X-Amz-Target"].decode(), request.body))
        return AWSResponse(request.url, 200, cast(Any, {}), raw)

    client.meta.events.register("before-send.kinesis", answer)
    return cast("KinesisClient", client)
