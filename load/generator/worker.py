"""One process of the generator: a schedule, a producer of its own, and a word a second to the one that started it."""

import gc
import sys
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from math import ceil
from multiprocessing.connection import Connection
from typing import Final, NamedTuple

from load.generator.probe import Acknowledged, Probe
from load.generator.sender import ERROR_STEP, LONG_REST_SECONDS, Sender
from load.generator.snapshot import ShardCount, Snapshot
from load.generator.stream import StreamAddress
from load.measure.distributions import Measured
from load.workload.arrivals import Arrivals, due_times
from load.workload.events import EventMaker, EventShape
from load.workload.profile import Profile
from penstock import Producer, PutResult
from penstock.config import ProducerConfig
from penstock.errors import FlushTimeoutError

SNAPSHOT_SECONDS: Final = 1.0
SWITCH_SECONDS: Final = 0.0005
"""Python's switch interval here: the producer's thread must not keep what is due waiting for 5 ms, the default."""
SAMPLES: Final = 500
"""Put latencies that are measured a second, at most, evenly chosen: a future of each event would cost more than it."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told to do.

    Attributes:
        worker, workers: its number, and how many there are.
        profile: of all workers together, warm-up included.
        warm_up_seconds: of the profile; the measured time begins after them.
        arrivals, shape, seed: of the events.
        name: of the run, unlike any other's: begins the events' ids.
        address: where events go.
        producer: the SDK's options.
        drain_seconds: how long to wait in the end for the outcomes of what was sent.
    """

    worker: int
    workers: int
    profile: Profile
    warm_up_seconds: float
    arrivals: Arrivals
    shape: EventShape
    seed: int
    name: str
    address: StreamAddress
    producer: ProducerConfig
    drain_seconds: float


class Ready:
    """A worker's first word: it waits for the time at which to begin."""


class Failed(NamedTuple):
    """A worker's last word: it has broken down."""

    why: str


def work(task: Task, connection: Connection) -> None:
    """Do a task: say `Ready`, take the beginning (seconds of `time.monotonic`), send, and tell a `Snapshot` a second.

    A `Probe` that it is given on the way is put among its events, and its outcome told as `Acknowledged`. Ends with its
    profile; early when it is told None, or when nobody listens any more; with `Failed` as its last word if it breaks
    down.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        with Producer(task.address.stream, client=task.address.client(task.producer), config=task.producer) as producer:
            _work(task, connection, producer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # whoever started this process has ended
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told by the process that started this one
        connection.send(Failed(f"{type(error).__name__}: {error}"))


def _work(task: Task, connection: Connection, producer: Producer) -> None:
    maker = EventMaker(task.shape, name=f"{task.name}-{task.worker:x}", seed=task.seed, worker=task.worker)
    answered: deque[tuple[float, float]] = deque()
    failures: deque[str] = deque(maxlen=1)
    gc.collect()
    gc.freeze()  # bodies stay for ever: no need to look at them in every collection
    connection.send(Ready())
    begin: float | None = connection.recv()
    if begin is None:
        return

    def clock() -> float:
        return time.monotonic() - begin

    def sample(due: float, future: "Future[PutResult]") -> None:
        def resolve(done: "Future[PutResult]") -> None:
            error = done.exception()
            if error is None:
                answered.append((due, clock()))
            else:
                failures.append(str(error))

        future.add_done_callback(resolve)

    sender = Sender(
        due_times(task.profile, task.arrivals, worker=task.worker, workers=task.workers, seed=task.seed),
        maker,
        producer.put_many,
        clock=clock,
        epoch=time.time() - clock(),
        sample=sample,
        every=sampled_every(task.profile.peak / task.workers),
    )
    probes = _Probes(producer, connection)
    teller = _Teller(task, sender, producer, answered=answered, failures=failures, probes=probes)
    connection.send(teller.snapshot(0.0))  # nothing yet: what the first second brings counts from here
    # One falls on the beginning of the measured time, so that what it tells lies on one side of that.
    following = task.warm_up_seconds % SNAPSHOT_SECONDS or SNAPSHOT_SECONDS
    while (rest := _rest(sender, task.profile.seconds - clock())) is not None:
        if clock() >= following:
            connection.send(teller.snapshot(clock()))
            following += SNAPSHOT_SECONDS
        probes.tell()
        if connection.poll(rest) and not probes.take():
            break
    connection.send(teller.snapshot(clock()))  # before outcomes are waited for: what was sent, was sent until now
    _drain(producer, task.drain_seconds, failures)
    probes.tell()
    connection.send(teller.snapshot(clock(), done=True))


def sampled_every(rate: float) -> int:
    """Return of how many events, at a rate a second, one is to be sampled."""
    return max(1, ceil(rate / SAMPLES))


def _drain(producer: Producer, seconds: float, failures: deque[str]) -> None:
    """Wait for the outcomes of what was sent. What has none in time is given up: that tells more than the SDK does."""
    late: str | None = None
    try:
        producer.flush(timeout=seconds)
    except FlushTimeoutError:
        late = f"it had no outcome within {seconds:g} s after the last event was sent"
    producer.close(timeout=0)
    if late is not None:
        failures.append(late)


def _rest(sender: Sender, left: float) -> float | None:
    """Send what is due; return how long to rest, None at the profile's end.

    That may be in a silence, which is measured too: probes go on in it, and what came before may still be under way.
    """
    rest = sender.step()
    if rest is not None:
        return rest
    return min(left, LONG_REST_SECONDS) if left > 0 else None


class _Probes:
    """The probes that a worker is given. Only its own thread speaks, since a connection is for one."""

    def __init__(self, producer: Producer, connection: Connection) -> None:
        self._producer = producer
        self._connection = connection
        self._outcomes: deque[Acknowledged] = deque()
        self.delivered = 0
        self.failed = 0

    def take(self) -> bool:
        """Take what there is to hear; tell whether it was a probe, not the end."""
        told: Probe | None = self._connection.recv()
        if told is None:
            return False
        number = told.number

        def resolve(done: "Future[PutResult]") -> None:
            error = done.exception()
            self._outcomes.append(Acknowledged(number, time.monotonic(), None if error is None else str(error)))

        self._producer.put(told.data, partition_key=told.author).add_done_callback(resolve)
        return True

    def tell(self) -> None:
        """Tell the outcomes there are."""
        while self._outcomes:
            outcome = self._outcomes.popleft()
            self.delivered += outcome.failure is None
            self.failed += outcome.failure is not None
            self._connection.send(outcome)


class _Teller:
    """Puts together what a worker tells."""

    def __init__(
        self,
        task: Task,
        sender: Sender,
        producer: Producer,
        *,
        answered: deque[tuple[float, float]],
        failures: deque[str],
        probes: _Probes,
    ) -> None:
        self._task = task
        self._probes = probes
        self._sender = sender
        self._producer = producer
        self._answered = answered
        self._failures = failures

    def snapshot(self, now: float, *, done: bool = False) -> Snapshot:
        """Return how things are at `now`, seconds since the start."""
        statistics = self._producer.stats()
        errors, self._sender.errors = self._sender.errors, type(self._sender.errors)()
        late = Measured("s")
        for steps, times in errors.items():
            late.record(steps * ERROR_STEP, times=times)
        put: list[tuple[float, float]] = []
        while self._answered:
            due, at = self._answered.popleft()
            put.append((due - self._task.warm_up_seconds, at - due))
        return Snapshot(
            worker=self._task.worker,
            at=now - self._task.warm_up_seconds,
            sent=self._sender.sent,
            accepted=statistics.user_records_put - self._probes.delivered,
            failed=statistics.user_records_failed - self._probes.failed,
            resent=statistics.retries,
            waiting=statistics.buffered_bytes / self._task.producer.buffer_bytes,
            processor=time.process_time(),
            schedule_error=late.encoded(),
            put=tuple(put),
            shards={
                shard_id: ShardCount(
                    records=each.kinesis_records_put,
                    size=each.kinesis_records_data_put,
                    refused=each.all_errors,
                    events=each.user_records_put,
                    failed=each.user_records_failed,
                )
                for shard_id, each in statistics.shards.items()
            },
            open_shards=statistics.open_shards,
            failure=self._failures[-1] if self._failures else None,
            done=done,
            copies=self._sender.copies,
        )
