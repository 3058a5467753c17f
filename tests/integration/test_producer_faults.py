"""The producer over HTTP against a Kinesis that fails: nothing is lost, and a key's order holds where promised."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from local.services.process import Services
from local.services.session import ACCESS_KEY, REGION
from penstock import AsyncProducer, Producer
from penstock.aggregation import UserRecord, deaggregate, is_aggregate
from penstock.delivery.outcomes import PutResult
from penstock.delivery.statistics import Statistics
from tests.integration.faulty_kinesis import RECORD_CODES, Fault, FaultyKinesis, Plan

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

PATIENCE_SECONDS = 0.25
OUTAGE_SECONDS = 30.0
STREAMS = count(1)

Place = tuple[str, str]  # a shard, and a record's sequence number there
Sent = list[tuple[UserRecord, PutResult]]
Shell = Callable[..., tuple[Sent, Statistics]]


@pytest.fixture
def kinesis(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyKinesis]:
    """A Kinesis that the SDK's own clients find."""
    endpoint = FaultyKinesis(services.url)
    for name, value in {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL_KINESIS": endpoint.url,
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    yield endpoint
    endpoint.close()


@pytest.fixture
def stream(services: Services) -> str:
    name = f"events-{next(STREAMS)}"
    services.client("kinesis").create_stream(StreamName=name, ShardCount=3)
    return name


def with_threads(stream: str, events: list[UserRecord], pause: float = 0.0, **options: Any) -> tuple[Sent, Statistics]:  # noqa: ANN401 - ProducerConfig's
    """Put events by `Producer`; return where each is, in the order of the puts.

    Args:
        stream: where to.
        events: what.
        pause: seconds after every tenth event.
        options: the producer's.
    """
    futures = []
    with Producer(stream, **options) as producer:
        for number, (key, hash_key, data) in enumerate(events, 1):
            futures.append(producer.put(data, partition_key=key, explicit_hash_key=hash_key))
            if pause and number % 10 == 0:
                time.sleep(pause)
    return [(event, future.result(timeout=0)) for event, future in zip(events, futures, strict=True)], producer.stats()


def on_a_loop(stream: str, events: list[UserRecord], pause: float = 0.0, **options: Any) -> tuple[Sent, Statistics]:  # noqa: ANN401 - ProducerConfig's
    """Put events by `AsyncProducer`; otherwise as `with_threads`."""

    async def run() -> tuple[Sent, Statistics]:
        futures = []
        async with AsyncProducer(stream, **options) as producer:
            for number, (key, hash_key, data) in enumerate(events, 1):
                futures.append(await producer.put(data, partition_key=key, explicit_hash_key=hash_key))
                if pause and number % 10 == 0:
                    await asyncio.sleep(pause)
        return [(event, await future) for event, future in zip(events, futures, strict=True)], producer.stats()

    return asyncio.run(run())


def some_events(how_many: int, keys: int) -> list[UserRecord]:
    random = Random(how_many)
    return [
        UserRecord(
            f"ключ {random.randrange(keys)}",
            str(random.getrandbits(128)) if random.random() < 0.05 else None,
            b"%d:" % number + random.randbytes(random.randrange(300)),
        )
        for number in range(how_many)
    ]


def read(client: "KinesisClient", stream: str) -> dict[Place, Any]:
    """Return the stream's records, those of a shard in their order."""
    records: dict[Place, Any] = {}
    for shard in client.list_shards(StreamName=stream)["Shards"]:
        iterator = client.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while (found := client.get_records(ShardIterator=iterator))["Records"]:
            records |= {(shard["ShardId"], record["SequenceNumber"]): record for record in found["Records"]}
            iterator = found["NextShardIterator"]
    return records


def events_in(record: Any) -> list[UserRecord]:  # noqa: ANN401 - a record of boto3's
    data = record["Data"]
    return deaggregate(data) if is_aggregate(data) else [UserRecord(record["PartitionKey"], None, data)]


def first_occurrences(records: dict[Place, Any]) -> dict[str, list[bytes]]:
    """Return the data of each key's events in the order in which a reader of the shards first meets them."""
    found: dict[str, dict[bytes, None]] = defaultdict(dict)
    for record in records.values():
        for event in events_in(record):
            found[event.partition_key].setdefault(event.data)
    return {key: list(met) for key, met in found.items()}


def check_nothing_is_lost(sent: Sent, records: dict[Place, Any]) -> None:
    contents = {place: set(events_in(record)) for place, record in records.items()}
    for event, result in sent:
        assert event in contents[result.shard_id, result.sequence_number]
        assert result.attempts[-1].error_code is None
        assert all(attempt.error_code for attempt in result.attempts[:-1])
    assert set().union(*contents.values()) == {event for event, _ in sent}


def check_repeats_are_recognisable(records: dict[Place, Any]) -> None:
    """An event that is in several records is there because these are the same, byte by byte."""
    holders: dict[UserRecord, set[bytes]] = defaultdict(set)
    for record in records.values():
        for event in events_in(record):
            holders[event].add(record["Data"])
    assert all(len(different) == 1 for different in holders.values())


QUICK_RETRIES = {
    "linger_seconds": 0.01,
    "backoff_base_seconds": 0.001,
    "backoff_cap_seconds": 0.05,
    "read_timeout_seconds": PATIENCE_SECONDS,
    "rate_limit_percent": None,
}

SHELLS: dict[str, Shell] = {"threads": with_threads, "loop": on_a_loop}


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_fails_every_event_arrives_and_its_future_says_where(
    services: Services, kinesis: FaultyKinesis, stream: str, shell: Shell, seed: int
) -> None:
    kinesis.plan = Plan(calls=0.4, records=0.1, patience=PATIENCE_SECONDS, seed=seed)
    sent, statistics = shell(
        stream, some_events(3000, keys=200), **QUICK_RETRIES, aggregate_bytes=1000, call_records=2, calls_in_flight=8
    )
    kinesis.close()
    records = read(services.client("kinesis"), stream)
    check_nothing_is_lost(sent, records)
    check_repeats_are_recognisable(records)
    assert len(records) > statistics.kinesis_records_put  # some were written more than once, their answers lost
    assert statistics.user_records_put == len(sent)
    assert set(kinesis.seen) == {*Fault.__members__, *RECORD_CODES}


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
@pytest.mark.parametrize("aggregate", [True, False])
def test_the_order_of_each_key_holds_whatever_fails(
    services: Services, kinesis: FaultyKinesis, stream: str, shell: Shell, aggregate: bool
) -> None:
    kinesis.plan = Plan(calls=0.3, records=0.2, patience=PATIENCE_SECONDS, seed=3)
    events = [event._replace(explicit_hash_key=None) for event in some_events(1200 if aggregate else 400, keys=20)]
    sent, _ = shell(
        stream, events, **QUICK_RETRIES, ordered=True, aggregate=aggregate, aggregate_bytes=500, lanes_per_shard=4
    )
    kinesis.close()
    records = read(services.client("kinesis"), stream)
    check_nothing_is_lost(sent, records)
    put: dict[str, list[bytes]] = defaultdict(list)
    for event, _ in sent:
        put[event.partition_key].append(event.data)
    assert first_occurrences(records) == put


@pytest.mark.slow
def test_an_outage_of_half_a_minute_loses_nothing_and_costs_little(
    services: Services, kinesis: FaultyKinesis, caplog: pytest.LogCaptureFixture
) -> None:
    """The one test that takes its time: with the SDK's own timeouts and waits, in three kinds of producer at once."""
    runs: list[tuple[Shell, dict[str, Any]]] = [(with_threads, {}), (with_threads, {"ordered": True}), (on_a_loop, {})]
    streams = [f"outage-{number}" for number in range(len(runs))]
    for name in streams:
        services.client("kinesis").create_stream(StreamName=name, ShardCount=2)
    events = some_events(1000, keys=20)
    with caplog.at_level(logging.INFO, "penstock"), ThreadPoolExecutor() as pool:
        results = [
            pool.submit(shell, name, events, pause=OUTAGE_SECONDS / 90, stall_seconds=10, **options)
            for (shell, options), name in zip(runs, streams, strict=True)
        ]
        time.sleep(1.5)
        kinesis.refuse()
        time.sleep(OUTAGE_SECONDS)
        kinesis.resume()
        outcomes = [result.result(timeout=30) for result in results]
    for name, (sent, statistics) in zip(streams, outcomes, strict=True):
        check_nothing_is_lost(sent, read(services.client("kinesis"), name))
        # New records leave ten times a second, and so do those whose retries are due, however many wait.
        assert 0 < statistics.errors_by_code["EndpointConnectionError"] <= 20 * (OUTAGE_SECONDS + 5)
        assert any(len(result.attempts) > 1 for _, result in sent)
        warnings = [line for line in caplog.messages if name in line and "no event has been acknowledged" in line]
        assert warnings
        assert "EndpointConnectionError" in warnings[0]
