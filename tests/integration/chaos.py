"""The whole pipeline in real processes, while some are killed and calls fail: what is put, and what counts.

Producers with spools write to a stream of the local stack, which runs the template's own functions. Calls of both go
through proxies that fail. Producers and functions are killed with SIGKILL; a spool's end may be torn, as by a machine
that lost its power. Afterwards nothing fails any more, and the accounts are settled.
"""

import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from consumers import counts
from consumers.pane_log import segment as segments
from consumers.pane_log.fold import ValidEvent, fingerprint
from consumers.pane_log.segment import FINGERPRINT_BYTES
from local.run.trends_client import TrendsClient
from local.services.session import ACCESS_KEY, REGION
from local.stack import LocalStack
from penstock import SocialEvent
from penstock.spool.frames import frame
from tests.integration.faulty_kinesis import FaultyKinesis, Plan
from tests.integration.faulty_services import FaultyServices

TEMPLATE: Final = Path(__file__).parents[2] / "template.yaml"
PARAMETERS: Final = {
    "ShardCount": "4",
    "IngestWindowSeconds": "0",
    "IngestBatchSize": "100",
    "IngestParallelizationFactor": "2",
    "RollupWindowSeconds": "0",
    "CorrectionPercent": "1000000",
    "SweepRate": "rate(1 minute)",
}
PRODUCERS: Final = 2
WRITERS: Final = 2
BURST: Final = 20
"""Most events that one call of a writer puts: so many may be in the spool without anyone having been told."""
TAGS: Final = 7
AUTHORS: Final = 50
PATIENCE: Final = 0.2
"""Seconds after which the producer gives up a call."""
SETTLED: Final = 90.0
"""Seconds in which everything must be counted once nothing fails any more."""

# Puts events without end, one by one and many at once, and says which once put has returned.
CHILD: Final = """
import os, sys
from threading import Thread
from penstock import Producer
from tests.integration.chaos import BURST, WRITERS, an_event

name, spool, fsync = sys.argv[1:]
producer = Producer(os.environ["STREAM"], spool=spool, spool_fsync=fsync, spool_bytes=32 * 2**20,
                    lanes_per_shard=4, linger_seconds=0.02, aggregate_bytes=4000, call_records=20,
                    backoff_base_seconds=0.01, backoff_cap_seconds=0.1, put_timeout_seconds=None)

def put(writer):
    number = 0
    while True:
        size = 1 if writer % 2 else BURST
        events = [an_event(f"{name}-{writer}", number + n) for n in range(size)]
        number += size
        if size == 1:
            producer.put(events[0])
        else:
            producer.put_many(events)
        # A write this short is whole or not at all.
        os.write(1, b"".join(f"{event.event_id}\\n".encode() for event in events))

for writer in range(WRITERS):
    Thread(target=put, args=(writer,), daemon=True).start()
sys.stdin.read()
"""

# Sends what is left in a spool.
LAST_CHILD: Final = """
import os, sys
from penstock import Producer

with Producer(os.environ["STREAM"], spool=sys.argv[2], linger_seconds=0.02, close_timeout_seconds=60) as producer:
    pass
assert producer.stats().user_records_failed == 0, producer.stats()
"""


def an_event(writer: str, number: int) -> SocialEvent:
    """Return a writer's event of a number: the same but for its time, whoever asks."""
    return SocialEvent(
        event_id=f"{writer}-{number}",
        kind="post",
        platform="chaos",
        author=f"author-{number % AUTHORS}",
        created_at=datetime.now(UTC),
        hashtags=[f"tag{number % TAGS}"],
        text="x" * (number * 37 % 500),
    )


def fingerprint_of(event_id: str) -> bytes:
    """Return the mark by which the pane log knows an event."""
    writer, _, number = event_id.rpartition("-")
    return fingerprint(ValidEvent.of(an_event(writer, int(number)), 0, 0))


class Chaos:
    """One run: `round` as often as wanted, then `settle`.

    Attributes:
        put: the IDs of all events whose put has returned.
        damaged: the data of the records that are no events.
        killed: how many processes were killed, of producers and of functions, and how many spools were torn.
        failed: how many calls of producers and functions failed, by fault.
    """

    def __init__(self, seed: int, directory: Path) -> None:
        """Start the stack and the producers; all chance comes from `seed`, all else from the machine."""
        self.put: set[str] = set()
        self.damaged: set[bytes] = set()
        self.killed: Counter[str] = Counter()
        self._random = Random(seed)
        self._directory = directory
        self._started = datetime.now(UTC)
        self._runs = 0
        self._services: FaultyServices | None = None
        self._stack = LocalStack.start(
            template=TEMPLATE,
            port=0,
            directory=directory / "stack",
            parameters=PARAMETERS,
            functions_reach=self._between,
        )
        self._stream = self._stack.outputs["StreamName"]
        self._kinesis = FaultyKinesis(
            self._stack.endpoint, Plan(calls=0.1, records=0.05, patience=PATIENCE, seed=seed + 1)
        )
        self._producers = [self._start(number) for number in range(PRODUCERS)]

    def _between(self, url: str) -> str:
        """Put a proxy before the services that functions reach."""
        self._services = FaultyServices(url, Plan(calls=0.05, patience=PATIENCE, seed=self._random.randrange(2**32)))
        return self._services.url

    def _start(self, number: int, code: str = CHILD) -> "subprocess.Popen[bytes]":
        self._runs += 1
        fsync = self._random.choice(["always", "interval", "never"])
        environment = {
            "PYTHONPATH": ":".join(sys.path),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL_KINESIS": self._kinesis.url,
            "NO_PROXY": "127.0.0.1",
            "PENSTOCK_READ_TIMEOUT_SECONDS": str(PATIENCE),
            "STREAM": self._stream,
        }
        return subprocess.Popen(
            [sys.executable, "-c", code, str(self._runs), str(self._spool(number)), fsync],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=4096,  # so that it is not far ahead of who reads: puts wait for the word of them
        )

    def _spool(self, number: int) -> Path:
        return self._directory / f"spool-{number}"

    # While it lasts.

    def round(self) -> None:
        """Let a producer put some events; then kill it or a function, or send something that is no event."""
        number = self._random.randrange(PRODUCERS)
        output = self._producers[number].stdout
        assert output is not None
        for _ in range(self._random.randrange(1, 150)):
            self._note(output.readline())
        match self._random.choice(["producer", "function", "function", "damaged"]):
            case "producer":
                self._kill_producer(number)
                self._producers[number] = self._start(number)
            case "function":
                self._kill_function()
            case "damaged":
                data = f"no event {len(self.damaged)}".encode()
                self._stack.client("kinesis").put_record(StreamName=self._stream, Data=data, PartitionKey=data.decode())
                self.damaged.add(data)

    def _note(self, line: bytes) -> None:
        assert line, "a producer has ended by itself"
        self.put.add(line.decode().strip())

    def _kill_producer(self, number: int) -> None:
        producer = self._producers[number]
        producer.send_signal(signal.SIGKILL)
        assert producer.stdout is not None
        for line in producer.stdout:
            self._note(line)
        _close(producer)
        self.killed["producer"] += 1
        if self._random.random() < 0.5:
            self._tear(number)

    def _tear(self, number: int) -> None:
        """Leave half a frame at the end of a spool's newest file."""
        share = self._random.random()
        files = sorted(self._spool(number).glob("*.events"))
        if not files:
            return
        marker = bytes.fromhex(files[-1].stem.rpartition("-")[2])
        torn = frame(marker, 1, b"an event that nobody was told of")
        with files[-1].open("ab") as file:
            file.write(torn[: 1 + int(share * (len(torn) - 1))])
        self.killed["spool"] += 1

    def _kill_function(self) -> None:
        place = self._random.random()  # drawn in any case, so that the seed decides what is killed when
        _services, *functions = self._stack.process_ids()
        if functions:
            try:
                os.kill(functions[int(place * len(functions))], signal.SIGKILL)
            except ProcessLookupError:
                return  # it ended just now
            self.killed["function"] += 1

    # The end of it.

    def settle(self) -> None:
        """Let nothing fail any more, send what spools hold, and wait until all is counted."""
        for number in range(PRODUCERS):
            self._kill_producer(number)
        for proxy in self._proxies():
            proxy.plan = Plan()
        for number in range(PRODUCERS):
            last = self._start(number, LAST_CHILD)
            assert last.wait(90) == 0
            _close(last)
        deadline = time.monotonic() + SETTLED
        assert self._stack.wait_until_idle(SETTLED), "something is never delivered"
        # Lists may be seconds behind.
        while (counted := self.reported()) != {each: self.logged()[each] for each in counted}:
            assert time.monotonic() < deadline, f"the API says {counted}, the log {self.logged()}"
            assert self._stack.wait_until_idle(SETTLED)

    @property
    def failed(self) -> Counter[str]:
        return sum((proxy.seen for proxy in self._proxies()), Counter[str]())

    def close(self) -> None:
        """End everything."""
        for producer in self._producers:
            producer.kill()
            _close(producer)
        self._stack.stop()
        for proxy in self._proxies():
            proxy.close()

    def _proxies(self) -> list[FaultyServices]:
        assert self._services is not None
        return [self._kinesis, self._services]

    # What came of it.

    def marks(self) -> list[bytes]:
        """Return the fingerprints of all segments of the log."""
        found: list[bytes] = []
        for segment in self._segments():
            marks = segment.fingerprints
            found += [marks[at : at + FINGERPRINT_BYTES] for at in range(0, len(marks), FINGERPRINT_BYTES)]
        return found

    def logged(self) -> dict[str, Counter[str]]:
        """Return the counts of all segments of the log, by dimension."""
        total = counts.empty()
        for segment in self._segments():
            counts.add(total, segment.counts)
        return {dimension: Counter(values) for dimension, values in total.items()}

    def reported(self) -> dict[str, Counter[str]]:
        """Return what the reporting API says was counted, by dimension."""
        trends = TrendsClient(self._stack.url, started=self._started + timedelta(days=1), dedup_days=1)
        return {dimension: Counter(trends.counts(dimension)) for dimension in ("kind", "platform", "hashtag")}

    def failed_events(self) -> list[bytes]:
        """Return the data of what is kept as failed events, each position once."""
        bucket, s3 = self._stack.outputs["FailedEventsBucketName"], self._stack.client("s3")
        found: dict[tuple[str, str, int], bytes] = {}
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for listed in page.get("Contents", []):
                body = s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"].read()
                assert listed["Key"].startswith("failed-events/"), f"a batch was given up: {listed['Key']}"
                for line in map(json.loads, body.splitlines()):
                    place = (line["shard_id"], line["sequence_number"], line.get("sub_sequence_number", 0))
                    found[place] = b64decode(line["data"])
        return list(found.values())

    def _segments(self) -> Iterator[Any]:
        pages = self._stack.client("dynamodb").get_paginator("scan")
        for page in pages.paginate(TableName=self._stack.outputs["PaneLogTableName"]):
            for item in page["Items"]:
                if "f" in item:
                    yield segments.decode(item)


def _close(process: "subprocess.Popen[bytes]") -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
