"""A producer with a spool, killed at random moments: whatever was put is in the stream, and counts once."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from consumers.pane_log.fold import ValidEvent, count, fold
from consumers.schedule import Schedule
from local.services.process import Services
from local.services.session import ACCESS_KEY, REGION
from penstock.aggregation import deaggregate, is_aggregate
from penstock.config import MIB
from penstock.events import SocialEvent
from tests.integration.faulty_kinesis import FaultyKinesis, Plan

STREAM = "events"
SCHEDULE = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]')

# Puts events without end on several threads, one by one and many at once, and says which once put has returned.
CHILD = """
import os, sys
from datetime import UTC, datetime
from threading import Thread
from penstock import Producer, SocialEvent

run, spool, fsync = sys.argv[1:]
producer = Producer("events", spool=spool, spool_fsync=fsync, spool_bytes=32 * 2**20, linger_seconds=0.02,
                    backoff_base_seconds=0.01, backoff_cap_seconds=0.1, put_timeout_seconds=None)

def event(writer, number):
    return SocialEvent(event_id=f"{run}-{writer}-{number}", kind="post", platform="test", created_at=datetime.now(UTC),
                       author=f"author-{number % 50}", hashtags=[f"run{run}"], text="x" * (number * 37 % 1000))

def put(writer):
    number = 0
    while True:
        count = 1 if writer % 2 else 20
        events = [event(writer, number + n) for n in range(count)]
        number += count
        if count == 1:
            producer.put(events[0])
        else:
            producer.put_many(events)
        # A write this short is whole or not at all.
        os.write(1, b"".join(f"{event.event_id}\\n".encode() for event in events))

for writer in range(3):
    Thread(target=put, args=(writer,), daemon=True).start()
sys.stdin.read()
"""

LAST_CHILD = """
import sys
from penstock import Producer

with Producer("events", spool=sys.argv[1], linger_seconds=0.02) as producer:
    pass
assert producer.stats().user_records_failed == 0
"""


@pytest.fixture(scope="module")
def services(services: Services) -> Services:
    """Services with a stream."""
    services.client("kinesis").create_stream(StreamName=STREAM, ShardCount=2)
    return services


@pytest.fixture
def kinesis(services: Services) -> Iterator[FaultyKinesis]:
    endpoint = FaultyKinesis(services.url, Plan(calls=0.1, records=0.1, patience=0.2, seed=7))
    yield endpoint
    endpoint.close()


def start(endpoint: str, code: str, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = {
        "PYTHONPATH": ":".join(sys.path),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL_KINESIS": endpoint,
        "NO_PROXY": "127.0.0.1",
        "PENSTOCK_READ_TIMEOUT_SECONDS": "0.5",
    }
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def events_in(services: Services) -> list[SocialEvent]:
    client: Any = services.client("kinesis")
    found: list[bytes] = []
    for shard in client.list_shards(StreamName=STREAM)["Shards"]:
        iterator = client.get_shard_iterator(
            StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while records := (answer := client.get_records(ShardIterator=iterator))["Records"]:
            iterator = answer["NextShardIterator"]
            for data in (record["Data"] for record in records):
                found += [event.data for event in deaggregate(data)] if is_aggregate(data) else [data]
    return [SocialEvent.model_validate_json(data) for data in found]


def test_what_was_put_before_sigkill_is_in_the_stream_and_counts_once(
    services: Services, kinesis: FaultyKinesis, tmp_path: Path
) -> None:
    random = Random(20)
    spool = tmp_path / "spool"
    put: set[str] = set()
    kept: list[int] = []
    for run in range(6):
        # Nobody listens at the discard port: such a run leaves all that it puts.
        endpoint = "http://127.0.0.1:9" if run in {1, 4} else kinesis.url
        with start(endpoint, CHILD, str(run), str(spool), ("always", "interval", "never")[run % 3]) as child:
            assert child.stdout is not None
            for _ in range(random.randrange(1, 300)):
                put.add(child.stdout.readline().decode().strip())
            time.sleep(random.random() * 0.05)
            child.send_signal(signal.SIGKILL)
            put |= {line.decode().strip() for line in child.stdout}
        kept.append(sum(path.stat().st_size for path in spool.iterdir()))
    assert "" not in put
    kinesis.plan = Plan()
    with start(kinesis.url, LAST_CHILD, str(spool)) as child:
        assert child.wait(60) == 0
    assert {path.name for path in spool.iterdir()} == {"lock", "stream"}
    assert min(kept) > 100, "a process left nothing: this has tested little"
    assert max(kept) <= 32 * MIB

    events = events_in(services)
    there = Counter(event.event_id for event in events)
    assert put <= set(there)
    # Killed between the put and the word of it, each of three writers has put one to twenty events more at most.
    assert len(set(there) - put) <= 6 * (20 + 1 + 20)

    now = datetime.now(UTC).timestamp()
    folded = fold((ValidEvent.of(event, int(now * 1000), 1) for event in events), SCHEDULE)
    counts = count([valid for found in folded for valid in found.events.values()])
    assert counts["kind"] == {"post": len(there)}
    assert sum(counts["hashtag"].values()) == len(there)
