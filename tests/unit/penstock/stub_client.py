"""A boto3 client for Kinesis that answers from a fake stream, in the shapes of the API."""

from collections.abc import Callable
from threading import Lock
from typing import Any, cast

from types_boto3_kinesis import KinesisClient

from penstock.delivery.calls import ListShards
from tests.unit.penstock.delivery.fake_stream import FakeStream


class StubClient:
    """Answers at once. ``before`` is called ahead of each PutRecords and may block or raise."""

    def __init__(self, stream: FakeStream | None = None, before: Callable[[], None] = lambda: None) -> None:
        self.stream = stream or FakeStream()
        self.before = before
        self.requests: list[dict[str, Any]] = []
        self._lock = Lock()

    def put_records(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as in boto3
        self.before()
        with self._lock:
            self.requests.append(request)
            answer = self.stream.put_records(request["Records"])
        records: list[dict[str, Any]] = [
            {"ErrorCode": record.error_code, "ErrorMessage": record.error_message}
            if record.error_code
            else {"ShardId": record.shard_id, "SequenceNumber": record.sequence_number}
            for record in answer.records
        ]
        return {"FailedRecordCount": sum("ErrorCode" in record for record in records), "Records": records}

    def list_shards(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as in boto3
        with self._lock:
            self.requests.append(request)
            answer = self.stream.list_shards(ListShards(request.get("NextToken")))
        return {"Shards": answer.shards, **({"NextToken": answer.next_token} if answer.next_token else {})}

    @property
    def client(self) -> KinesisClient:
        """Itself, as the type that the SDK expects."""
        return cast(KinesisClient, self)
