"""Who is measured: each takes the same events and has sent them all when it is done."""

import asyncio
import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from aws_kinesis_agg.aggregator import RecordAggregator

from penstock.aggregation import UserRecord
from penstock.producer import Producer
from tests.benchmarks.comparison import Contender
from tests.benchmarks.producer.stubs import answer_to
from tests.benchmarks.producer.workload import AGGREGATE_BYTES

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

_NO_LIMIT: Final = 10**9


class AwsKinesisAgg(Contender):
    """aws-kinesis-agg's aggregator: one aggregate for all shards, neither routed nor sent."""

    def __init__(self, events: Sequence[UserRecord]) -> None:
        self.events = len(events)
        self._items = events
        self._aggregator = RecordAggregator(AGGREGATE_BYTES)

    def run(self) -> None:
        add = self._aggregator.add_user_record
        for partition_key, _, data in self._items:
            record = add(partition_key, data)
            if record:
                record.get_contents()
        self._aggregator.clear_and_get().get_contents()


class PenstockPut(Contender):
    """Penstock, event by event."""

    def __init__(self, events: Sequence[UserRecord], client: "KinesisClient") -> None:
        self.events = len(events)
        self._items = events
        # A stub takes any amount, so limits of real shards would only make the producer sleep.
        self._producer = Producer("bench", client=client, rate_limit_percent=None)

    def run(self) -> None:
        put = self._producer.put
        for partition_key, _, data in self._items:
            put(data, partition_key=partition_key)
        self._producer.flush()

    def close(self) -> None:
        self._producer.close()


class PenstockPutMany(PenstockPut):
    """Penstock, ten thousand events at once."""

    def run(self) -> None:
        for start in range(0, self.events, 10_000):
            self._producer.put_many(self._items[start : start + 10_000])
        self._producer.flush()


class AsyncKinesis(Contender):
    """async-kinesis's producer with KPL aggregation and JSON, which it makes of dictionaries itself."""

    def __init__(self, events: Sequence[UserRecord]) -> None:
        self.events = len(events)
        os.environ.update(AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="secret")  # noqa: S106 - signs requests that go nowhere
        self._runner = asyncio.Runner()
        self._producer: Any = self._runner.run(self._start())
        self._items: list[Any] = [json.loads(event.data) for event in events]  # dictionaries are what it takes

    async def _start(self) -> Any:  # noqa: ANN401 - not installed where types are checked
        from kinesis import Producer as AsyncProducer
        from kinesis.processors import KPLJsonProcessor

        producer = AsyncProducer(
            "bench",
            region_name="eu-central-1",
            processor=KPLJsonProcessor(max_size=AGGREGATE_BYTES),
            put_rate_limit_per_shard=_NO_LIMIT,
            put_bandwidth_limit_per_shard=_NO_LIMIT,
            skip_describe_stream=True,
        )
        await producer.__aenter__()
        producer.client.meta.events.register("before-send.kinesis", _answer)
        return producer

    def run(self) -> None:
        self._runner.run(self._put(self._items))

    async def _put(self, items: Sequence[Any]) -> None:
        put = self._producer.put
        for item in items:
            await put(item)
        await self._producer.flush()

    def close(self) -> None:
        self._runner.run(self._producer.__aexit__(None, None, None))
        self._runner.close()


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self) -> bytes:
        return self._body


def _answer(request: Any, **_: object) -> Any:  # noqa: ANN401 - not installed where types are checked
    from aiobotocore.awsrequest import AioAWSResponse

    target = request.headers["X-Amz-Target"].decode()
    return AioAWSResponse(request.url, 200, {}, _Raw(answer_to(target, request.body)))
