"""Arbitrary events and configurations: no record that the field's reader reads differently, no call over a limit.

`make test` tries a few hundred, `make fuzz` many thousands.
"""

import json
from base64 import b64decode
from collections import defaultdict
from typing import Any, NamedTuple

import pytest
from aws_kinesis_agg.deaggregator import iter_deaggregate_records
from hypothesis import event, given
from hypothesis import strategies as st

from penstock.aggregation import UserRecord
from penstock.config import ProducerConfig
from penstock.delivery.calls import Call, ListShards, PutRecords
from penstock.delivery.core import Delivery
from penstock.delivery.outcomes import Failure, PutResult
from penstock.errors import EventTooLargeError, InvalidEventError
from penstock.hash_keys import MAX_HASH_KEY
from penstock.put_records_body import encode
from tests.unit.penstock.aggregation.aggregates import aggregate, explicit_hash_keys, partition_keys
from tests.unit.penstock.delivery.fake_stream import MIB, FakeStream, key_of
from tests.unit.penstock.delivery.hand_shell import Fate

CALL_RECORDS = 500
CALL_BYTES = 10 * MIB
"""Kinesis's own limits of a call, keys included (API reference, PutRecords)."""

FRAME_BYTES = 1200
"""What the longest keys, of event and lane, and the format add to an event's data in an aggregate, at most."""

bad_partition_keys: st.SearchStrategy[Any] = st.sampled_from(
    ["", "k" * 257, "ж" * 257, "\ud800", "a\udfff", None, 7, b"key"]
)
bad_hash_keys: st.SearchStrategy[Any] = st.sampled_from(
    ["", "-1", "+1", "00", "01", "1.0", " 1", "1\n", "٣", "a", str(2**128), "9" * 40, 7, b"7"]
)

AGGREGATE = aggregate([UserRecord("inner", None, b"nested")])
awkward = st.sampled_from([b"", AGGREGATE[:4], AGGREGATE[:-1], AGGREGATE, AGGREGATE + b"\0", b'"}\\'])


@st.composite
def configurations(draw: st.DrawFn) -> ProducerConfig:
    most_record = draw(st.sampled_from([MIB, MIB, MIB, 3 * MIB, 10 * MIB]) | st.integers(MIB, 10 * MIB))
    return ProducerConfig(
        aggregate=draw(st.sampled_from([True, True, True, False])),
        aggregate_bytes=draw(st.sampled_from([64, 51_200, most_record]) | st.integers(64, 3000)),
        lanes_per_shard=draw(st.sampled_from([1, 2, 1000]) | st.integers(1, 1000)),
        linger_seconds=draw(st.sampled_from([0, 0.1])),
        max_record_bytes=most_record,
        call_records=draw(st.integers(1, CALL_RECORDS)),
        call_bytes=draw(st.sampled_from([most_record, CALL_BYTES]) | st.integers(most_record, CALL_BYTES)),
        calls_in_flight=draw(st.integers(1, 3)),
        ordered=draw(st.booleans()),
        rate_limit_percent=draw(st.sampled_from([None, 150])),
        buffer_bytes=max(4 * MIB, 4 * most_record),
    )


@st.composite
def payloads(draw: st.DrawFn, config: ProducerConfig, key: str) -> bytes:
    """Draw data, often of about the size at which something changes. Long data by its length alone."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=20) | awkward)
    bound = draw(
        st.sampled_from([0, 127, 16_383, config.aggregate_bytes, config.aggregate_bytes, config.max_record_bytes])
    )
    around = bound - draw(st.sampled_from([0, 0, len(key.encode())])) + draw(st.integers(-80, 5))
    return bytes(max(0, around))


class Put(NamedTuple):
    """An event, and whether calls are answered before the next one."""

    event: UserRecord
    answered: bool


@st.composite
def puts(draw: st.DrawFn, config: ProducerConfig) -> Put:
    key = draw(partition_keys)
    hash_key = draw(st.none() | st.none() | explicit_hash_keys | st.sampled_from(["0", str(MAX_HASH_KEY)]))
    return Put(UserRecord(key, hash_key, draw(payloads(config, key))), draw(st.integers(0, 3)) == 0)


class Run:
    """The core and a stream in virtual time; every call is looked at before it is answered."""

    def __init__(self, config: ProducerConfig, shards: int) -> None:
        self.config = config
        self.stream = FakeStream(shards, max_record_bytes=config.max_record_bytes)
        self.core = Delivery(config, random=lambda: 0.5)
        self.now = 0.0
        self.calls: list[Call] = []
        self.fates: list[tuple[UserRecord, Fate]] = []
        self.places: dict[tuple[str, str], dict[str, Any]] = {}

    def put(self, taken: UserRecord) -> None:
        while (receipt := self.core.add(taken.partition_key, taken.explicit_hash_key, taken.data)) is None:
            self.advance()
        self.fates.append((taken, Fate(*receipt)))
        if self.core.urgent:
            self.poll()

    def poll(self) -> None:
        self.calls += self.core.poll(self.now)
        assert sum(isinstance(call, PutRecords) for call in self.calls) <= self.config.calls_in_flight

    def answer(self) -> None:
        while self.calls:
            call = self.calls.pop(0)
            if isinstance(call, ListShards):
                self.core.answer(call, self.stream.list_shards(call), self.now)
            else:
                self._answer_put(call)
            self.poll()

    def advance(self) -> None:
        """Answer all calls; then let time pass until there is something to do."""
        self.answer()
        wake_at = self.core.wake_at()
        self.now = self.now + 0.1 if wake_at is None else max(self.now, wake_at)
        self.poll()

    def finish(self) -> None:
        mark = self.core.flush()
        self.poll()
        for _ in range(1000):
            self.answer()
            if self.core.flushed(mark):
                return
            self.advance()
        raise AssertionError("some events never leave")

    def _answer_put(self, call: PutRecords) -> None:
        entries = call.entries()
        self._check_limits(call, entries)
        answer = self.stream.put_records(entries)
        for record, entry in zip(answer.records, entries, strict=True):
            self.places[record.shard_id, record.sequence_number] = {
                "SequenceNumber": record.sequence_number,
                "ApproximateArrivalTimestamp": None,
                "Data": entry["Data"],
                "PartitionKey": entry["PartitionKey"],
            }
        self.core.answer(call, answer, self.now)

    def _check_limits(self, call: PutRecords, entries: list[dict[str, Any]]) -> None:
        config = self.config
        sizes = [len(entry["Data"]) + len(entry["PartitionKey"].encode()) for entry in entries]
        assert 1 <= len(entries) <= config.call_records <= CALL_RECORDS
        assert max(sizes) <= config.max_record_bytes
        assert sum(sizes) <= config.call_bytes <= CALL_BYTES
        for record in call.records:
            assert record.count == 1 or len(record.data()) <= config.aggregate_bytes
        # What goes over the wire says the same as boto3 would.
        sent = json.loads(b"".join((b"[", *encode(call.records), b"]")))
        assert [{**entry, "Data": b64decode(entry["Data"])} for entry in sent] == entries


def read_by_aws_kinesis_agg(record: dict[str, Any]) -> list[UserRecord]:
    found = list(iter_deaggregate_records([record], data_format="Boto3"))
    return [
        UserRecord(
            entry["kinesis"]["partitionKey"], entry["kinesis"]["explicitHashKey"], b64decode(entry["kinesis"]["data"])
        )
        if entry["kinesis"].get("aggregated")
        else UserRecord(entry["kinesis"]["partitionKey"], None, entry["kinesis"]["data"])
        for entry in found
    ]


@given(st.data())
def test_every_event_is_read_where_its_future_says_in_the_order_of_puts(data: st.DataObject) -> None:
    config = data.draw(configurations())
    run = Run(config, shards=data.draw(st.integers(1, 4)))
    for put, answered in data.draw(st.lists(puts(config), min_size=1, max_size=25)):
        run.put(put)
        if answered:
            run.advance()
    run.finish()
    expected: dict[tuple[str, str], list[UserRecord]] = defaultdict(list)
    for put, fate in run.fates:
        outcome = fate.outcome
        if len(put.data) + len(put.partition_key.encode()) > config.max_record_bytes:
            assert isinstance(outcome, Failure)
            assert outcome.kind is EventTooLargeError
            event("too large")
            continue
        assert isinstance(outcome, PutResult)
        expected[outcome.shard_id, outcome.sequence_number].append(put)
        shard = next(shard for shard in run.stream.shards if shard.shard_id == outcome.shard_id)
        assert shard.start <= key_of(put.partition_key, put.explicit_hash_key) <= shard.end
    assert expected.keys() == run.places.keys()
    for place, events in expected.items():
        record = run.places[place]
        if len(events) == 1 and record["Data"] == events[0].data:
            # By itself, since it may not or cannot be part of an aggregate.
            assert record["PartitionKey"] == events[0].partition_key
            assert not config.aggregate or len(record["Data"]) > config.max_record_bytes - FRAME_BYTES
            event("alone")
        else:
            assert read_by_aws_kinesis_agg(record) == events
            event("aggregate")


@given(st.data())
def test_keys_that_kinesis_refuses_are_refused_and_change_nothing(data: st.DataObject) -> None:
    run = Run(ProducerConfig(), shards=2)
    good = UserRecord(data.draw(partition_keys), data.draw(st.none() | explicit_hash_keys), b"good")
    key, hash_key = data.draw(
        st.tuples(bad_partition_keys, st.none() | explicit_hash_keys) | st.tuples(partition_keys, bad_hash_keys)
    )
    run.put(good)
    before = run.core.statistics()
    with pytest.raises(InvalidEventError):
        run.core.add(key, hash_key, b"bad")
    assert run.core.statistics() == before
    run.put(good)
    run.finish()
    assert run.stream.events == [good, good]
