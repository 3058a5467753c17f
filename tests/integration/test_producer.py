"""The producer against moto's Kinesis, in process, with a real boto3 client."""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any, cast

import pytest
from aws_kinesis_agg.deaggregator import iter_deaggregate_records
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from types_boto3_kinesis import KinesisClient

from penstock.aggregation import UserRecord, deaggregate, is_aggregate
from penstock.config import ProducerConfig
from penstock.errors import StreamNotFoundError
from penstock.kinesis_client import make_client
from penstock.producer import Producer

STREAM = "events"
MIB = 2**20


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[KinesisClient]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        client = make_client(ProducerConfig())
        client.create_stream(StreamName=STREAM, ShardCount=3)
        yield client


class UnreliableClient:
    """Passes calls to a client, one at a time, and loses some of them, some of their records, or their answers.

    moto gives two records one sequence number, and loses one, when two calls write to a shard at once.
    """

    def __init__(self, client: KinesisClient, faults: float, seed: int = 0) -> None:
        self._client = client
        self._faults = faults
        self._random = Random(seed)
        self._lock = Lock()
        self.lost_answers = 0

    def list_shards(self, **request: Any) -> Any:  # noqa: ANN401 - as in boto3
        with self._lock:
            if self._fault():
                raise ReadTimeoutError(endpoint_url="https://kinesis.eu-central-1.amazonaws.com")
            return self._client.list_shards(**request)

    def put_records(self, **request: Any) -> Any:  # noqa: ANN401 - as in boto3
        with self._lock:
            if self._fault():
                raise ConnectionResetError("reset by peer")
            codes = ["ProvisionedThroughputExceededException", "InternalFailure"]
            refused = [self._random.choice(codes) if self._fault() else None for _ in request["Records"]]
            accepted = [record for record, code in zip(request["Records"], refused, strict=True) if code is None]
            answers = iter(self._client.put_records(**{**request, "Records": accepted})["Records"] if accepted else [])
            if self._fault():
                self.lost_answers += 1
                raise ReadTimeoutError(endpoint_url="https://kinesis.eu-central-1.amazonaws.com")
            records = [{"ErrorCode": code, "ErrorMessage": ""} if code else next(answers) for code in refused]
            return {"FailedRecordCount": len(records) - len(accepted), "Records": records}

    def _fault(self) -> bool:
        return self._random.random() < self._faults


def sdk(client: KinesisClient, faults: float = 0.0, **options: Any) -> Producer:  # noqa: ANN401 - ProducerConfig's
    config = ProducerConfig(
        **{"linger_seconds": 0.01, "backoff_base_seconds": 0.001, "backoff_cap_seconds": 0.01, **options}
    )
    return Producer(STREAM, client=cast(KinesisClient, UnreliableClient(client, faults)), config=config)


def records_of(client: KinesisClient) -> dict[tuple[str, str], Any]:
    """Return the stream's records by shard and sequence number."""
    records: dict[tuple[str, str], Any] = {}
    for shard in client.list_shards(StreamName=STREAM)["Shards"]:
        iterator = client.get_shard_iterator(
            StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while found := client.get_records(ShardIterator=iterator, Limit=1000):
            records |= {(shard["ShardId"], record["SequenceNumber"]): record for record in found["Records"]}
            iterator = found["NextShardIterator"]
            if not found["Records"]:
                break
    return records


def events_in(record: Any) -> list[UserRecord]:  # noqa: ANN401 - a record of boto3's
    data = record["Data"]
    return deaggregate(data) if is_aggregate(data) else [UserRecord(record["PartitionKey"], None, data)]


def some_events() -> list[UserRecord]:
    random = Random(1)
    events = [
        UserRecord(f"ключ-{random.randrange(200)}", None, b"%d:" % n + random.randbytes(random.randrange(500)))
        for n in range(2000)
    ]
    hashed = [UserRecord("key", str(random.getrandbits(128)), b"hashed %d" % n) for n in range(200)]
    return [
        *events,
        *hashed,
        UserRecord("empty", None, b""),
        UserRecord("looks like an aggregate", None, bytes.fromhex("f3899ac2") + bytes(50)),
        UserRecord("larger than an aggregate", None, bytes(100_000)),
        UserRecord("largest", None, bytes(MIB - len("largest"))),
    ]


@pytest.mark.parametrize("lanes", [1, 4])
def test_the_stream_holds_exactly_the_events_where_their_futures_say(kinesis: KinesisClient, lanes: int) -> None:
    events = some_events()
    with sdk(kinesis, lanes_per_shard=lanes) as producer:
        futures = [
            producer.put(event.data, partition_key=event.partition_key, explicit_hash_key=event.explicit_hash_key)
            for event in events
        ]
    records = records_of(kinesis)
    contents = {place: Counter(events_in(record)) for place, record in records.items()}
    for event, future in zip(events, futures, strict=True):
        result = future.result(timeout=0)
        assert event in contents[result.shard_id, result.sequence_number]
    assert sum(contents.values(), Counter()) == Counter(events)
    assert len(records) < len(events) / 20


def test_aws_kinesis_agg_reads_the_same_events(kinesis: KinesisClient) -> None:
    events = some_events()
    with sdk(kinesis) as producer:
        for event in events:
            producer.put(event.data, partition_key=event.partition_key, explicit_hash_key=event.explicit_hash_key)
    found = [
        record["kinesis"]
        for record in iter_deaggregate_records(list(records_of(kinesis).values()), data_format="Boto3")
    ]
    # It gives back the data of aggregates in base64, and that of plain records as it is.
    read = [
        UserRecord(
            record["partitionKey"],
            record.get("explicitHashKey"),
            b64decode(record["data"]) if record.get("aggregated") else record["data"],
        )
        for record in found
    ]
    assert Counter(read) == Counter(events)


def test_whatever_fails_every_event_arrives_and_every_future_resolves(kinesis: KinesisClient) -> None:
    events = some_events()
    with sdk(kinesis, faults=0.2, aggregate_bytes=2000, call_records=10) as producer:
        futures = [
            producer.put(event.data, partition_key=event.partition_key, explicit_hash_key=event.explicit_hash_key)
            for event in events
        ]
        producer.flush(timeout=60)
        statistics = producer.stats()
    records = records_of(kinesis)
    for event, future in zip(events, futures, strict=True):
        result = future.result(timeout=0)
        assert event in events_in(records[result.shard_id, result.sequence_number])
    assert statistics.user_records_put == len(events)
    assert {"ConnectionResetError", "ReadTimeoutError", "InternalFailure"} <= statistics.errors_by_code.keys()
    # What is there more than once is there because an answer was lost, and byte for byte the same.
    found = Counter(event for record in records.values() for event in events_in(record))
    assert found.keys() == set(events)
    assert len({record["Data"] for record in records.values()}) == statistics.kinesis_records_put
    assert len(records) > statistics.kinesis_records_put


def test_a_stream_that_does_not_exist_fails_the_events_by_name(kinesis: KinesisClient) -> None:
    with Producer("nowhere", client=kinesis) as producer:
        error = producer.put(b"data", partition_key="key").exception(timeout=30)
    assert isinstance(error, StreamNotFoundError)
    assert "nowhere" in str(error)
    assert error.event == UserRecord("key", None, b"data")


@pytest.mark.parametrize("number", [1, 2], ids=["threads", "asyncio"])
def test_the_readme_s_examples_run(kinesis: KinesisClient, capsys: pytest.CaptureFixture[str], number: int) -> None:
    kinesis.create_stream(StreamName="social-events", ShardCount=1)
    readme = (Path(__file__).parents[2] / "producer/README.md").read_text()
    example = readme.split("```python\n")[number].split("```")[0]
    exec(example, {})  # noqa: S102 - the project's own
    assert capsys.readouterr().out == "shardId-000000000000\n"
