"""Resident memory stays bounded while the stream is down and events are put at full speed.

Eight seconds from the moment on at which the buffer is full in `make test`; a minute in `make soak`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

MIB = 2**20
SECONDS = float(os.environ.get("SOAK_SECONDS", "8"))
ALLOWANCE_BYTES = 64 * MIB
FILLING_SECONDS = 120.0
"""At most, until the buffer is full: a second on an idle machine."""

PROGRAM = """
import json, resource, sys, threading, time
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from penstock import Producer
from penstock.errors import BufferFullError, DeliveryError

when_full, failure = sys.argv[1:3]
seconds, filling_seconds = map(float, sys.argv[3:])

class Down:
    "A client whose stream was there when the producer began, and is not any more."

    def list_shards(self, **_):
        quarter = 2**126
        ranges = [(n * quarter, (n + 1) * quarter - 1) for n in range(4)]
        return {"Shards": [
            {
                "ShardId": f"shardId-{n:012}",
                "HashKeyRange": {"StartingHashKey": str(start), "EndingHashKey": str(end)},
                "SequenceNumberRange": {"StartingSequenceNumber": "1"},
            }
            for n, (start, end) in enumerate(ranges)
        ]}

    def put_records(self, **_):
        if failure == "hangs":
            time.sleep(6)
            raise ReadTimeoutError(endpoint_url="https://kinesis")
        raise EndpointConnectionError(endpoint_url="https://kinesis")

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

keys = [f"user-{n}" for n in range(10_000)]
refused = [0]
put = [0] * 8

def feed(thread):
    n = 0
    while not ended.is_set():
        n += 1
        try:
            producer.put(b"%277d" % n, partition_key=keys[n % 10_000])
        except BufferFullError:
            refused[0] += 1
        else:
            put[thread] += 1

def full():
    return sum(put) > producer.stats().user_records_pending if when_full == "drop_oldest" else refused[0]

producer = Producer("events", client=Down(), when_full=when_full, put_timeout_seconds=0.5)
before = peak()
ended = threading.Event()
threads = [threading.Thread(target=feed, args=(n,)) for n in range(8)]
for thread in threads:
    thread.start()
latest = time.monotonic() + filling_seconds
while not full() and time.monotonic() < latest:
    time.sleep(0.1)
time.sleep(seconds)
ended.set()
for thread in threads:
    thread.join()
statistics = producer.stats()
print(json.dumps({
    "grown": peak() - before,
    "held": statistics.buffered_bytes,
    "put": sum(put),
    "refused": refused[0],
    "pending": statistics.user_records_pending,
}), flush=True)
producer.close(timeout=0)
"""


def test_memory_stays_within_the_buffer_and_64_mib_while_the_stream_is_down(tmp_path: Path) -> None:
    program = tmp_path / "feed.py"
    program.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    kinds = [("wait", "refuses"), ("raise", "hangs"), ("drop_oldest", "refuses")]
    children = [
        subprocess.Popen(
            [sys.executable, str(program), *kind, str(SECONDS), str(FILLING_SECONDS)],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        for kind in kinds
    ]
    try:
        outputs = [child.communicate(timeout=SECONDS + FILLING_SECONDS + 60)[0] for child in children]
    finally:
        for child in children:
            child.kill()
    buffer_bytes = 64 * MIB
    for (when_full, _), output in zip(kinds, outputs, strict=True):
        seen = json.loads(output)
        print(when_full, seen)  # noqa: T201 - what `make soak` reports
        assert seen["held"] > buffer_bytes * 0.9
        assert seen["grown"] < buffer_bytes + ALLOWANCE_BYTES
        if when_full == "drop_oldest":
            assert seen["put"] > seen["pending"]
        else:
            assert seen["refused"]
            assert seen["put"] == seen["pending"]
