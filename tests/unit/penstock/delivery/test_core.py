"""Aggregation, collection, and the answers to calls."""

import pytest

from penstock.aggregation import deaggregate, is_aggregate
from penstock.delivery.calls import CallFailure, PutRecordsAnswer, RecordAnswer
from penstock.delivery.outcomes import Attempt
from penstock.errors import (
    AccessDeniedError,
    DeliveryError,
    EventTooLargeError,
    InvalidEventError,
    RequestRefusedError,
    StreamNotFoundError,
    UndeliveredError,
)
from penstock.hash_keys import hash_key
from tests.unit.penstock.delivery.fake_stream import LOST, MIB, FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell

THROTTLED = RecordAnswer(error_code="ProvisionedThroughputExceededException", error_message="Rate exceeded")


def key_in(stream: FakeStream, shard_id: str, n: int = 0) -> str:
    """Return the n-th partition key that belongs to a shard."""
    keys = (f"key-{number}" for number in range(100_000))
    fitting = (key for key in keys if stream.shard_at(hash_key(key)).shard_id == shard_id)
    return [next(fitting) for _ in range(n + 1)][-1]


def test_events_of_a_lane_share_a_record_that_leaves_after_the_linger() -> None:
    shell = HandShell(linger_seconds=0.1)
    fates = [shell.put(f"key-{n}") for n in range(10)]
    shell.wait(0.09)
    assert not shell.puts
    shell.wait(0.02)
    [entry] = shell.put_call.entries()
    assert [event.partition_key for event in deaggregate(entry["Data"])] == [f"key-{n}" for n in range(10)]
    shell.answer_all()
    assert {fate.result.shard_id for fate in fates} == {"shardId-000000000000"}
    assert len({fate.result.sequence_number for fate in fates}) == 1


def test_each_lane_has_a_record_whose_keys_name_it_and_all_leave_in_one_call() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream, lanes_per_shard=2)
    for n in range(40):
        shell.put(f"key-{n}")
    shell.flush()
    entries = shell.put_call.entries()
    assert len(entries) == 4
    assert len({entry["PartitionKey"] for entry in entries}) == 4
    assert len({entry["ExplicitHashKey"] for entry in entries}) == 4
    for entry in entries:
        shard = stream.shard_at(int(entry["ExplicitHashKey"]))
        assert all(map(shard.has, deaggregate(entry["Data"])))


def test_a_record_never_exceeds_the_aggregate_s_limit() -> None:
    shell = HandShell(aggregate_bytes=1000)
    for n in range(100):
        shell.put(f"key-{n}", bytes(n))
    shell.flush()
    sizes = [len(entry["Data"]) for entry in shell.put_call.entries()]
    assert max(sizes) <= 1000
    assert min(sizes[:-1]) > 850


def test_a_call_s_worth_of_records_leaves_at_once() -> None:
    shell = HandShell(aggregate_bytes=1000, call_records=3)
    while not shell.puts:
        shell.put("key", bytes(300))
    assert len(shell.put_call.records) == 3
    assert shell.now == 60


def test_calls_keep_to_the_limits_of_records_and_bytes() -> None:
    shell = HandShell(aggregate=False, call_records=500, call_bytes=MIB, calls_in_flight=10, rate_limit_percent=None)
    for _ in range(501):
        shell.put("key", b"small")
    for _ in range(3):
        shell.put("key", bytes(MIB // 2))
    shell.flush()
    assert [len(call.records) for call in shell.puts] == [500, 2, 1, 1]


def test_calls_in_flight_are_bounded_and_aggregates_fill_meanwhile() -> None:
    shell = HandShell(calls_in_flight=1)
    shell.put("first")
    shell.flush()
    for n in range(5):
        shell.put(f"key-{n}")
        shell.wait(1)
    assert len(shell.puts) == 1
    assert shell.core.wake_at() == shell.listed_at + 86_400
    shell.answer(shell.put_call)
    [record] = shell.put_call.records
    assert record.count == 5


def test_events_with_an_explicit_hash_key_go_where_it_says_in_records_of_their_own() -> None:
    stream = FakeStream(shards=2)
    upper = stream.shards[1]
    key = key_in(stream, stream.shards[0].shard_id)
    shell = HandShell(stream)
    with_key = shell.put(key, b"1", explicit=str(upper.end))
    without = shell.put(key_in(stream, upper.shard_id), b"2")
    shell.flush()
    assert len(shell.put_call.records) == 2
    shell.answer_all()
    assert with_key.result.shard_id == without.result.shard_id == upper.shard_id
    assert (key, str(upper.end), b"1") in stream.events


def test_without_aggregation_each_event_is_a_record_with_its_own_keys() -> None:
    shell = HandShell(aggregate=False)
    shell.put("a", b"1")
    shell.put("b", b"2", explicit="7")
    shell.flush()
    assert shell.put_call.entries() == [
        {"Data": b"1", "PartitionKey": "a"},
        {"Data": b"2", "PartitionKey": "b", "ExplicitHashKey": "7"},
    ]


def test_an_event_too_large_for_company_travels_alone_and_behind_those_before_it() -> None:
    shell = HandShell(aggregate_bytes=1000)
    shell.put("key", b"before")
    shell.put("key", bytes(5000))
    shell.put("key", b"after")
    shell.flush()
    events = [[event.data for event in deaggregate(entry["Data"])] for entry in shell.put_call.entries()]
    assert events == [[b"before"], [bytes(5000)], [b"after"]]


def test_an_event_too_large_for_any_record_ends_an_aggregate_that_a_rate_limit_holds_back() -> None:
    shell = HandShell(aggregate_bytes=MIB)
    for _ in range(2):
        shell.put("key", bytes(MIB - 100))
    shell.flush()
    shell.answer_all()
    held = shell.put("key")
    shell.wait(0.2)
    assert not shell.calls
    assert shell.put("key", bytes(MIB)).failure.kind is EventTooLargeError
    shell.wait(1)
    shell.answer_all()
    assert held.result


@pytest.mark.parametrize("key", ["k", "😀" * 256])
@pytest.mark.parametrize("explicit", [None, "7"])
def test_the_largest_event_fills_a_record_to_the_last_byte(key: str, explicit: str | None) -> None:
    shell = HandShell()
    largest = MIB - len(key.encode())
    fate = shell.put(key, bytes(largest), explicit)
    refused = shell.put(key, bytes(largest + 1), explicit)
    shell.flush()
    [entry] = shell.put_call.entries()
    assert not is_aggregate(entry["Data"])
    shell.answer_all()
    assert fate.result
    assert refused.failure.kind is EventTooLargeError
    assert "1,048,577" in refused.failure.message
    assert refused.failed_event == (key, explicit, bytes(largest + 1))


@pytest.mark.parametrize(("key", "explicit"), [("", None), ("k" * 257, None), ("k", "x"), ("", "1"), (None, None)])
def test_keys_that_kinesis_does_not_take_are_refused_at_once(key: str, explicit: str | None) -> None:
    shell = HandShell()
    with pytest.raises(InvalidEventError):
        shell.put(key, b"data", explicit)
    assert shell.core.statistics().user_records_pending == 0


def test_only_the_failed_records_of_a_call_are_repeated_with_the_same_bytes() -> None:
    stream = FakeStream(shards=3)
    shell = HandShell(stream)
    fates = [shell.put(key_in(stream, shard.shard_id)) for shard in stream.shards]
    shell.flush()
    first = shell.put_call.entries()
    stream.fault = lambda shard_id: "InternalFailure" if shard_id == stream.shards[1].shard_id else None
    shell.answer_all()
    assert [fate.outcome is None for fate in fates] == [False, True, False]
    stream.fault = lambda _: None
    shell.wait(0.1)
    [entry] = shell.put_call.entries()
    assert entry in first
    shell.answer_all()
    assert [attempt.error_code for attempt in fates[1].result.attempts] == ["InternalFailure", None]
    assert len(fates[0].result.attempts) == 1


def test_the_wait_before_a_retry_doubles_up_to_a_cap_and_is_drawn_at_random() -> None:
    shell = HandShell(random=0.5, backoff_base_seconds=0.1, backoff_cap_seconds=1.0)
    shell.put("key")
    shell.flush()
    waits = []
    for _ in range(6):
        shell.answer(shell.put_call, PutRecordsAnswer([THROTTLED]))
        wake_at = shell.core.wake_at()
        assert wake_at is not None
        waits.append(wake_at - shell.now)
        shell.wait(waits[-1] + 1e-9)
    assert waits == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.5, 0.5])


def test_records_that_failed_together_come_back_together() -> None:
    shell = HandShell(aggregate_bytes=100)
    for n in range(50):
        shell.put(f"key-{n}", bytes(50))
    shell.flush()
    records = list(shell.put_call.records)
    assert len(records) > 20
    shell.answer(shell.put_call, PutRecordsAnswer([THROTTLED] * len(records)))
    shell.wait(1)
    assert list(shell.put_call.records) == records


@pytest.mark.parametrize(
    "failure",
    [
        LOST,
        CallFailure("InternalFailureException", "", 500),
        CallFailure("ServiceUnavailable", "", 503),
        CallFailure("ProvisionedThroughputExceededException", "", 400),
        CallFailure("SomethingNew", "", 429),
    ],
)
def test_a_call_that_failed_is_repeated_with_the_same_bytes(failure: CallFailure) -> None:
    shell = HandShell()
    fate = shell.put("key")
    shell.flush()
    entries = shell.put_call.entries()
    shell.answer(shell.put_call, failure)
    assert fate.outcome is None
    shell.wait(0.1)
    assert shell.put_call.entries() == entries
    shell.wait(0.25)
    shell.answer_all()
    first, second = fate.result.attempts
    assert first == Attempt(1, 1060.0, 0.0, failure.code)
    assert (second.number, second.error_code) == (2, None)
    assert (second.started_at, second.seconds) == pytest.approx((1060.1, 0.25))


def test_an_answer_that_does_not_fit_the_call_counts_as_none() -> None:
    shell = HandShell()
    fate = shell.put("key")
    shell.flush()
    shell.answer(shell.put_call, PutRecordsAnswer([]))
    shell.wait(1)
    shell.answer_all()
    assert [attempt.error_code for attempt in fate.result.attempts] == ["MalformedAnswer", None]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (CallFailure("ResourceNotFoundException", "no such stream", 400), StreamNotFoundError),
        (CallFailure("AccessDeniedException", "not authorized", 400), AccessDeniedError),
        (CallFailure("NoCredentialsError", "none found", None), AccessDeniedError),
        (CallFailure("ValidationException", "wrong", 400), RequestRefusedError),
        (CallFailure("SomethingNew", "wrong", 400), RequestRefusedError),
    ],
)
def test_what_repetition_cannot_cure_fails_the_events_at_once(failure: CallFailure, kind: type[DeliveryError]) -> None:
    shell = HandShell()
    fates = [shell.put("a", b"1"), shell.put("b", b"2")]
    shell.flush()
    shell.answer(shell.put_call, failure)
    assert not shell.calls
    assert [fate.failed_event.data for fate in fates] == [b"1", b"2"]
    for fate in fates:
        assert fate.failure.kind is kind
        assert fate.failure.code == failure.code
        assert failure.message in fate.failure.message
        assert [attempt.error_code for attempt in fate.failure.attempts] == [failure.code]


def test_a_record_s_own_incurable_error_fails_it_alone() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream)
    fates = [shell.put(key_in(stream, shard.shard_id)) for shard in stream.shards]
    shell.flush()
    stream.fault = lambda shard_id: "KMSAccessDeniedException" if shard_id == stream.shards[0].shard_id else None
    shell.answer_all()
    assert fates[0].failure.kind is AccessDeniedError
    assert fates[1].result


def test_the_others_do_not_share_the_fate_of_the_record_for_which_a_call_was_refused() -> None:
    stream = FakeStream(shards=3)
    shell = HandShell(stream, calls_in_flight=4)
    fates = [shell.put(key_in(stream, shard.shard_id), shard.shard_id.encode()) for shard in stream.shards]
    shell.flush()
    refusal = CallFailure("InvalidArgumentException", "record 2 is too large for the stream", 400)
    shell.answer(shell.put_call, refusal)
    assert [len(call.records) for call in shell.puts] == [1, 1, 1]
    for call in shell.puts:
        shell.answer(call, refusal if call.records[0].lane.shard_id == stream.shards[1].shard_id else None)
    assert fates[0].result
    assert fates[1].failure.kind is RequestRefusedError
    assert fates[2].result


def test_what_is_put_never_exceeds_the_buffer_and_room_returns_with_the_answers() -> None:
    shell = HandShell(buffer_bytes=4 * MIB, rate_limit_percent=None)
    taken = 0
    while shell.core.add("key", None, bytes(100_000)) is not None:
        taken += 100_000
    assert 3.9 * MIB < taken < 4 * MIB
    assert taken < shell.core.statistics().buffered_bytes <= 4 * MIB
    # What was waiting for company leaves now, to make room.
    assert shell.core.urgent
    shell.wait(0)
    shell.answer_all()
    assert shell.core.statistics().buffered_bytes == 0
    shell.put("key", bytes(100_000))


def test_small_events_are_charged_what_they_take_in_memory() -> None:
    shell = HandShell(buffer_bytes=4 * MIB)
    events = 0
    while shell.core.add("key", None, b"") is not None:
        events += 1
    assert events < 4 * MIB / 128


def test_a_flush_concerns_the_events_before_it() -> None:
    shell = HandShell()
    before = shell.put("before")
    mark = shell.flush()
    call = shell.put_call
    after = shell.put("after")
    assert not shell.core.flushed(mark)
    shell.answer(call)
    assert before.result
    assert shell.core.flushed(mark)
    assert after.outcome is None


def test_what_is_abandoned_says_so_and_late_answers_are_ignored() -> None:
    shell = HandShell()
    in_flight, waiting = shell.put("a"), shell.put("b")
    shell.flush()
    buffered = shell.put("c")
    assert shell.core.abandon() == 3
    assert {fate.failure.kind for fate in (in_flight, waiting, buffered)} == {UndeliveredError}
    assert in_flight.failed_event.partition_key == "a"
    shell.answer_all()
    assert not shell.calls
    assert shell.core.wake_at() is None
    assert shell.core.statistics().buffered_bytes == 0


def test_statistics_count_events_records_retries_and_errors() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream)
    before = shell.core.statistics()
    for n in range(20):
        shell.put(f"key-{n}")
    shell.put("key", bytes(2 * MIB))
    shell.flush()
    shell.put("late")
    call = shell.put_call
    pending = shell.core.statistics()
    assert (pending.user_records_pending, pending.calls_in_flight, pending.open_shards) == (21, 1, 2)
    shell.answer(call, PutRecordsAnswer([THROTTLED, THROTTLED]))
    shell.wait(1)
    shell.answer_all()
    stats = shell.core.statistics()
    assert stats.user_records_received == before.user_records_received + 22
    assert stats.user_records_put == before.user_records_put + 21
    assert stats.user_records_failed == 1
    assert stats.user_records_pending == stats.buffered_bytes == stats.calls_in_flight == 0
    assert stats.retries == 2
    assert stats.errors_by_code == {"ProvisionedThroughputExceededException": 2}
    written = [record for shard in stream.shards for record in shard.records]
    assert stats.kinesis_records_put == len(written)
    assert stats.kinesis_records_data_put == sum(len(data) for data, _, _ in written)


def test_partition_keys_beyond_what_is_remembered_are_routed_all_the_same() -> None:
    stream = FakeStream(shards=4)
    shell = HandShell(stream)
    keys = [f"key-{n}" for n in range(33_000)]
    for key in keys:
        shell.put(key, b"")
    shell.flush()
    shell.answer_all()
    assert sorted(event.partition_key for event in stream.events) == sorted([*keys, "first"])
    assert stream.events == stream.events_for_kcl


def test_a_record_that_is_sent_alone_has_no_company_behind_it() -> None:
    shell = HandShell(aggregate=False, calls_in_flight=1)
    for n in range(2):
        shell.put("k", b"%d" % n)
    shell.flush()
    shell.put("k", b"2")
    shell.flush()
    shell.answer(shell.put_call, CallFailure("InvalidArgumentException", "", 400))
    sent = []
    while shell.calls:
        sent.append([record.data() for record in shell.put_call.records])
        shell.answer(shell.put_call)
    assert sent == [[b"0"], [b"1"], [b"2"]]
