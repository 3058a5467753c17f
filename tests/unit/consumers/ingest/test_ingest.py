"""A batch is acknowledged only as far as all of it is stored, and every event counts once whatever happens."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers import counts
from consumers.failed_events import FailedEventStore, Reason
from consumers.ingest.ingest import Ingest, Result
from consumers.pane_log.log import PaneLog
from consumers.pane_log.writer import Writer
from consumers.redrive.survey import read_failed_events
from consumers.schedule import DAY, Schedule
from consumers.trends.errors import NewerTrendsFormatError
from simulation.services.faults import Fault
from simulation.services.service import client_error
from tests.unit.consumers.ingest.batches import SHARD, Put, a_batch, an_aggregate
from tests.unit.consumers.pane_log.simulated_log import SimulatedLog
from tests.unit.consumers.test_failed_events import FakeBucket

SCHEDULE = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 2, "buckets": 4}]')
UNIVERSE = [
    json.dumps(
        {
            "event_id": str(number),
            "kind": ["post", "like"][number % 2],
            "platform": "bluesky",
            "author": ["ada", "bob", "cyd"][number % 3],
            "created_at": f"2026-11-21T09:30:{number:02}Z",
            "lang": [None, "en", "de"][number % 3],
            "hashtags": [f"tag{number % 4}", f"tag{number % 5 + 2}"],
        }
    ).encode()
    for number in range(0, 24, 2)
]
"""Events by number: an event sent again is the same event, its time included."""

BAD = {b"{": Reason.UNREADABLE, b"{}": Reason.INVALID}


class Inline(Executor):
    """Runs what is submitted at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as the base class
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as caught:  # noqa: BLE001 - an executor hands every exception to its future
            future.set_exception(caught)
        return future


class Stuck(Executor):
    """Never gets to what is submitted."""

    def submit(self, _fn: Callable[..., Any], /, *_args: object, **_kwargs: object) -> Future[Any]:
        return Future()


class UnreliableBucket(FakeBucket):
    """A bucket that is away for the next `failures` calls."""

    failures = 0

    def put_object(self, **request: object) -> None:
        if self.failures:
            self.failures -= 1
            raise EndpointConnectionError(endpoint_url="https://s3")
        super().put_object(**request)


_nonces = count()


@dataclass
class World:
    """A table, a bucket, and functions that write to them."""

    table: SimulatedLog = field(default_factory=SimulatedLog)
    bucket: UnreliableBucket = field(default_factory=UnreliableBucket)

    def function(self, pool: Executor | None = None) -> Ingest:
        return Ingest(
            Writer(PaneLog(self.table.client(), "pane-log"), 0, nonce=lambda: next(_nonces).to_bytes(8, "big")),
            FailedEventStore(self.bucket.client(), "failed"),
            pool or Inline(),
            schedule=SCHEDULE,
            dedup_seconds=7 * DAY,
        )

    def counted(self) -> counts.Counts:
        total = counts.empty()
        for segment in self.table.segments():
            counts.add(total, segment.counts)
        return total

    def check_counts(self, payloads: list[bytes]) -> None:
        """Hold what is in the log against a plain Counter over the events, each once."""
        events = [json.loads(payload) for payload in {data for data in payloads if data not in BAD}]
        assert self.counted() == {
            "hashtag": Counter(tag for event in events for tag in set(event["hashtags"])),
            "lang": Counter(event["lang"] or "und" for event in events),
            "platform": Counter(event["platform"] for event in events),
            "kind": Counter(event["kind"] for event in events),
        }
        for log in self.table.logs().values():
            assert sorted(log) == list(range(len(log)))


def plenty() -> float:
    return 300.0


def process(function: Ingest, *puts: Put, seconds_left: Callable[[], float] = plenty) -> Result:
    return function.process(a_batch(*puts), seconds_left)


def payloads_of(puts: list[tuple[Put, list[bytes]]]) -> list[bytes]:
    return [payload for _, payloads in puts for payload in payloads]


@st.composite
def streams(draw: st.DrawFn) -> list[tuple[Put, list[bytes]]]:
    """Draw records with what is in them: plain or aggregated, good, repeated and bad events."""
    payloads = st.lists(st.sampled_from(UNIVERSE + list(BAD)), min_size=1, max_size=4)
    stream = []
    for sequence in range(draw(st.integers(1, 8))):
        inside = draw(payloads)
        data = inside[0] if len(inside) == 1 else an_aggregate(*(("key", payload) for payload in inside))
        stream.append((Put(8 + sequence, data), inside))
    return stream


faults = st.lists(st.sampled_from(Fault), max_size=6)


@given(streams(), st.data())
@settings(max_examples=150, deadline=None)
def test_any_batches_in_any_order_by_two_functions_at_once_end_with_exact_counts(
    stream: list[tuple[Put, list[bytes]]], data: st.DataObject
) -> None:
    world = World()
    functions = [world.function(), world.function()]
    places = st.integers(0, len(stream))

    def deliver() -> None:
        start, end = sorted((data.draw(places), data.draw(places)))
        function = functions[data.draw(st.integers(0, 1))]
        world.table.faults = iter(data.draw(faults))
        world.bucket.failures = data.draw(st.integers(0, 1))
        process(function, *(put for put, _ in stream[start:end]), seconds_left=interrupt)

    interruptions = iter(data.draw(st.lists(st.booleans(), max_size=8)))

    def interrupt() -> float:
        """Let another batch in, possibly to the same function: before a call is decided on, or on its way."""
        if next(interruptions, False):
            deliver()
        return plenty()

    world.table.before_put = interrupt
    for _ in range(data.draw(st.integers(0, 4))):
        deliver()

    world.table.before_put = lambda: None
    world.table.faults = iter(())
    world.bucket.failures = 0
    assert process(functions[0], *(put for put, _ in stream)).answer == {"batchItemFailures": []}
    world.check_counts(payloads_of(stream))
    failed = Counter(event.reason for event in read_failed_events(world.bucket.client(), "failed"))
    assert failed == Counter(BAD[payload] for payload in payloads_of(stream) if payload in BAD)


@given(streams(), st.data())
@settings(max_examples=150, deadline=None)
def test_redelivery_from_the_checkpoint_counts_and_reports_each_event_once(
    stream: list[tuple[Put, list[bytes]]], data: st.DataObject
) -> None:
    world = World()
    function = world.function()
    folded = duplicates = 0
    failed: Counter[Reason] = Counter()
    rest = [put for put, _ in stream]
    tries = 0
    while rest:
        tries += 1
        world.table.faults = iter(data.draw(faults) if tries < 8 else ())
        world.bucket.failures = data.draw(st.integers(0, 1)) if tries < 8 else 0
        batch = rest[: data.draw(st.integers(1, len(rest)))]
        result = process(function, *batch)
        folded += result.tally.folded
        duplicates += result.tally.duplicates
        failed += result.tally.failed
        done = [put for put in batch if result.checkpoint is None or put.sequence < result.checkpoint]
        assert batch[: len(done)] == done
        rest = rest[len(done) :]
    payloads = payloads_of(stream)
    good = [payload for payload in payloads if payload not in BAD]
    world.check_counts(payloads)
    assert folded == len(set(good))
    assert duplicates == len(good) - len(set(good))
    assert failed == Counter(BAD[payload] for payload in payloads if payload in BAD)


def test_a_batch_that_is_all_stored_is_acknowledged() -> None:
    world = World()
    result = process(world.function(), Put(1, UNIVERSE[0]), Put(2, b"{"), Put(3, UNIVERSE[0]))
    assert result.answer == {"batchItemFailures": []}
    assert (result.records, result.addresses, result.segments, result.refused) == (3, 1, 1, 0)
    assert result.tally == (1, 1, {Reason.UNREADABLE: 1})


def test_an_empty_aggregate_or_batch_is_no_failure() -> None:
    assert process(World().function()).answer == {"batchItemFailures": []}


def test_the_lowest_failing_sequence_number_is_compared_as_a_number() -> None:
    world = World()
    # Two addresses, a query each: both are refused.
    world.table.faults = iter([Fault.THROTTLED, Fault.THROTTLED])
    result = process(world.function(), Put(9, UNIVERSE[0]), Put(10, UNIVERSE[5]))
    assert result.answer == {"batchItemFailures": [{"itemIdentifier": "9"}]}
    assert result.errors == {"ProvisionedThroughputExceededException": 2}


def test_records_in_no_order_are_answered_with_the_lowest_all_the_same() -> None:
    world = World()
    world.table.faults = iter([Fault.THROTTLED, Fault.THROTTLED])
    result = process(world.function(), Put(10, UNIVERSE[5]), Put(9, UNIVERSE[0]))
    assert result.checkpoint == 9


def test_an_address_that_fails_keeps_no_other_from_being_written() -> None:
    world = World()
    function = world.function()
    world.table.faults = iter([Fault.NONE, Fault.LOST_REQUEST])
    puts = Put(1, UNIVERSE[0]), Put(2, UNIVERSE[5]), Put(3, UNIVERSE[5])
    first = process(function, *puts)
    assert first.checkpoint == 1
    assert first.errors == {"ReadTimeoutError": 1}
    assert first.tally == (0, 0, {})  # nothing is reported of records that come again
    assert world.counted()["platform"] == {"bluesky": 1}

    again = process(function, *puts)
    assert again.tally == (2, 1, {})
    assert world.counted()["platform"] == {"bluesky": 2}


def test_failed_events_that_can_not_be_stored_fail_their_records() -> None:
    world = World()
    world.bucket.failures = 1
    result = process(world.function(), Put(1, UNIVERSE[0]), Put(2, b"{"), Put(3, b"{}"))
    assert result.answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert result.tally == (1, 0, {})
    assert result.errors == {"EndpointConnectionError": 1}


def test_the_first_of_them_is_answered_whatever_is_wrong_with_it() -> None:
    world = World()
    world.bucket.failures = 1
    damaged = an_aggregate(("a", UNIVERSE[0]))[:-1] + b"?"
    result = process(world.function(), Put(1, b"{"), Put(2, damaged))
    assert result.tally == (0, 0, {})
    assert result.answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_the_good_events_of_an_aggregate_count_beside_the_bad_ones() -> None:
    world = World()
    mixed = an_aggregate(("a", UNIVERSE[0]), ("a", b"{"), ("a", UNIVERSE[1]))
    assert process(world.function(), Put(1, mixed)).tally == (2, 0, {Reason.UNREADABLE: 1})


def test_an_event_is_the_same_by_whatever_key_shard_and_form_it_comes() -> None:
    world = World()
    for sequence, (key, shard) in enumerate(
        [("ada", SHARD), ("é\U0001f30a" * 64, SHARD), ("a", "shardId-000000000009")]
    ):
        plain = Put(2 * sequence + 1, UNIVERSE[0], partition_key=key, shard_id=shard)
        aggregated = Put(2 * sequence + 2, an_aggregate((key, UNIVERSE[0])), partition_key=key, shard_id=shard)
        result = process(world.function(), plain, aggregated)
        assert (result.tally.folded, result.tally.duplicates) == ((0, 2) if sequence else (1, 1))
    world.check_counts([UNIVERSE[0]])


def test_a_batch_of_bad_events_that_comes_again_overwrites_its_own_object() -> None:
    world = World()
    mixed = an_aggregate(("a", UNIVERSE[0]), ("a", b"{"), ("a", b"{}"))
    puts = Put(1, mixed), Put(2, b"{"), Put(3, b"{", shard_id="shardId-000000000009")
    for function in (world.function(), world.function()):
        process(function, *puts)
        objects = dict(world.bucket.objects)
        assert len(objects) == 2, "one for each shard"
    process(world.function(), *puts)
    assert world.bucket.objects == objects


def test_with_no_time_left_the_answer_is_given_early() -> None:
    world = World()
    function = world.function(Stuck())
    result = function.process(a_batch(Put(4, b"{"), Put(5, UNIVERSE[0])), lambda: 0.4)
    assert result.answer == {"batchItemFailures": [{"itemIdentifier": "4"}]}
    assert result.errors == {"OutOfTimeError": 2}
    assert result.tally == (0, 0, {})


def test_what_ends_after_the_answer_is_found_by_the_next_delivery() -> None:
    world = World()
    late: list[Callable[[], object]] = []

    class Late(Stuck):
        def submit(self, fn: Callable[..., Any], /, *args: object, **_kwargs: object) -> Future[Any]:
            late.append(lambda: fn(args[0], plenty))
            return Future()

    writer = Writer(PaneLog(world.table.client(), "pane-log"), 0)
    store = FailedEventStore(world.bucket.client(), "failed")
    slow, quick = (Ingest(writer, store, pool, schedule=SCHEDULE, dedup_seconds=7 * DAY) for pool in (Late(), Inline()))
    assert slow.process(a_batch(Put(5, UNIVERSE[0])), lambda: 0.4).checkpoint == 5
    late.pop()()
    result = process(quick, Put(5, UNIVERSE[0]))
    assert (result.checkpoint, result.tally) == (None, (1, 0, {}))
    world.check_counts([UNIVERSE[0]])


def test_what_the_log_may_have_forgotten_is_too_late_and_not_written() -> None:
    world = World()
    created = datetime.fromisoformat(json.loads(UNIVERSE[0])["created_at"]).timestamp()
    for before, failed in ((created + 1, {Reason.TOO_LATE: 1}), (created, {})):
        function = Ingest(
            Writer(PaneLog(world.table.client(), "pane-log"), 0),
            FailedEventStore(world.bucket.client(), "failed"),
            Inline(),
            schedule=SCHEDULE,
            dedup_seconds=7 * DAY,
            forgotten_before=partial(float, before),
        )
        assert process(function, Put(1, UNIVERSE[0])).tally.failed == failed
    world.check_counts([UNIVERSE[0]])


@pytest.mark.parametrize("error", [EndpointConnectionError(endpoint_url="dynamodb"), NewerTrendsFormatError(2, 1)])
def test_a_batch_is_delivered_again_if_nothing_says_what_the_log_has_forgotten(error: Exception) -> None:
    def unread() -> float:
        raise error

    world = World()
    writer, store = Writer(PaneLog(world.table.client(), "log"), 0), FailedEventStore(world.bucket.client(), "failed")
    function = Ingest(writer, store, Inline(), schedule=SCHEDULE, dedup_seconds=7 * DAY, forgotten_before=unread)
    result = process(function, Put(7, UNIVERSE[0]), Put(6, b"{"))
    assert (result.checkpoint, result.errors) == (6, {type(error).__name__: 1})
    assert not world.bucket.objects


def test_what_is_unforeseen_fails_the_batch() -> None:
    world = World()

    def broken() -> None:
        raise RuntimeError("unforeseen")

    world.table.before_put = broken
    with pytest.raises(RuntimeError, match="unforeseen"):
        process(world.function(), Put(1, UNIVERSE[0]))


def test_a_batch_of_another_shape_fails() -> None:
    with pytest.raises(KeyError):
        World().function().process({"Records": [{"s3": {}}]}, plenty)


def test_any_error_code_of_dynamodb_fails_the_address_only() -> None:
    world = World()

    def missing() -> None:
        raise client_error("ResourceNotFoundException", "PutItem")

    world.table.before_put = missing
    result = process(world.function(), Put(1, UNIVERSE[0]))
    assert (result.checkpoint, result.errors) == (1, {"ResourceNotFoundException": 1})
