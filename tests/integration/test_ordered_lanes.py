"""An ordered producer, eight shards and the local poller: batches of a shard run at once, authors stay in order."""

import json
from base64 import b64decode
from collections import Counter, defaultdict
from threading import Condition

import pytest

from local.pollers import open_poller
from local.services.process import Services
from local.services.session import ACCESS_KEY, REGION
from penstock import Producer
from penstock.aggregation import deaggregate
from simulation.event_source_mapping import Answered, InvocationResult, MappingConfig, MappingIdentity
from tests.integration.faulty_kinesis import FaultyKinesis, Plan

SHARDS = 8
LANES = 8
FACTOR = 4
AUTHORS = 300
EVENTS = 8
PATIENCE_SECONDS = 0.25
SOON = 60.0


class Function:
    """Notes what it sees; holds each shard's batches until two of them run at once."""

    def __init__(self) -> None:
        self.seen: defaultdict[str, list[int]] = defaultdict(list)
        self.most: Counter[str] = Counter()
        self._running: Counter[str] = Counter()
        self._changed = Condition()

    def __call__(self, event: bytes) -> InvocationResult:
        records = json.loads(event)["Records"]
        shard = records[0]["eventID"].split(":")[0]
        with self._changed:
            for record in records:
                for user_record in deaggregate(b64decode(record["kinesis"]["data"])):
                    self.seen[user_record.partition_key].append(int(user_record.data))
            self._running[shard] += 1
            self.most[shard] = max(self.most[shard], self._running[shard])
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.most[shard] > 1, timeout=5.0)
            self._running[shard] -= 1
        return Answered(b"null")


def test_authors_stay_in_order_through_concurrent_batches_of_a_shard(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    kinesis, function = services.client("kinesis"), Function()
    kinesis.create_stream(StreamName="ordered", ShardCount=SHARDS)
    arn = kinesis.describe_stream_summary(StreamName="ordered")["StreamDescriptionSummary"]["StreamARN"]
    config = MappingConfig.from_properties(
        {
            "EventSourceArn": arn,
            "FunctionName": "f",
            "StartingPosition": "TRIM_HORIZON",
            "ParallelizationFactor": FACTOR,
            "BatchSize": 20,
        }
    )
    poller = open_poller(config, MappingIdentity("id", "arn", "role"), client=services.client, invoke=function)
    poller.start()
    faulty = FaultyKinesis(services.url, Plan(calls=0.2, records=0.05, patience=PATIENCE_SECONDS, seed=3))
    monkeypatch.setenv("AWS_ENDPOINT_URL_KINESIS", faulty.url)
    try:
        with Producer(
            "ordered",
            read_timeout_seconds=PATIENCE_SECONDS,
            ordered=True,
            lanes_per_shard=LANES,
            aggregate_bytes=500,
            call_records=20,
            linger_seconds=0.01,
            backoff_base_seconds=0.001,
            close_timeout_seconds=SOON,
        ) as producer:
            for number in range(EVENTS):
                for author in range(AUTHORS):
                    producer.put(b"%200d" % number, partition_key=f"author {author}")
        assert producer.stats().user_records_failed == 0
        assert poller.wait_until_idle(SOON)
    finally:
        faulty.close()
        poller.stop()

    assert len(function.most) == SHARDS
    assert min(function.most.values()) >= 2
    assert len(function.seen) == AUTHORS
    first = {author: list(dict.fromkeys(numbers)) for author, numbers in function.seen.items()}
    assert first == {author: list(range(EVENTS)) for author in function.seen}
    assert sum(faulty.seen.values()) > 10
