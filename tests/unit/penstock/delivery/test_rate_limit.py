"""Each shard's limit of records and bytes, and silence after throttled records."""

import pytest

from penstock.delivery.calls import PutRecordsAnswer, RecordAnswer
from penstock.delivery.turns import BREATH_SECONDS
from penstock.hash_keys import hash_key
from tests.unit.penstock.delivery.fake_stream import MIB, FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell

THROTTLED = RecordAnswer(error_code="ProvisionedThroughputExceededException", error_message="Rate exceeded")
FAILED = RecordAnswer(error_code="InternalFailure")


def keys_in(stream: FakeStream, shard: int, count: int) -> list[str]:
    keys = (f"key-{number}" for number in range(100_000))
    shard_id = stream.shards[shard].shard_id
    fitting = (key for key in keys if stream.shard_at(hash_key(key)).shard_id == shard_id)
    return [next(fitting) for _ in range(count)]


def test_what_exceeds_the_rate_leaves_exactly_when_it_may() -> None:
    shell = HandShell(aggregate=False, rate_limit_percent=100)
    for _ in range(4):
        shell.put("k", bytes(MIB // 2 - 1))
    shell.flush()
    assert len(shell.put_call.records) == 2
    shell.answer_all()
    wake_at = shell.core.wake_at()
    assert wake_at == pytest.approx(60.5, abs=1e-5)
    shell.wait(0.49)
    assert not shell.calls
    shell.wait(0.02)
    assert len(shell.put_call.records) == 1


def test_a_record_larger_than_the_burst_leaves_too_and_those_behind_it_wait() -> None:
    shell = HandShell(rate_limit_percent=1)
    shell.put("k", bytes(100_000))
    shell.put("k", b"later")
    shell.flush()
    [record] = shell.put_call.records
    assert record.size > 100_000
    shell.answer_all()
    wake_at = shell.core.wake_at()
    assert wake_at == pytest.approx(60 + 100_000 / (0.01 * MIB) - 1, abs=0.1)
    shell.wait(9.8)
    shell.answer_all()
    assert shell.core.statistics().user_records_pending == 0


def test_a_shard_at_its_limit_does_not_hold_up_the_others() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream, aggregate=False, rate_limit_percent=1, call_records=20)
    busy, quiet = keys_in(stream, 0, 1)[0], keys_in(stream, 1, 1)[0]
    for _ in range(100):
        shell.put(busy)
    fate = shell.put(quiet)
    shell.flush()
    shell.answer_all()
    assert fate.result
    assert shell.core.statistics().user_records_pending == 90


def test_shards_take_turns_in_a_call() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream, aggregate=False, call_records=4)
    keys = [keys_in(stream, shard, 1)[0] for shard in (0, 1)]
    for key in [keys[0]] * 3:
        shell.put(key)
    shell.put(keys[1])
    assert [record.partition_key for record in shell.put_call.records] == [keys[0], keys[1], keys[0], keys[0]]


def test_the_open_aggregate_fills_while_its_shard_is_held_back() -> None:
    shell = HandShell(rate_limit_percent=1, linger_seconds=0.1)
    shell.put("k", bytes(40_000))  # nearly four seconds of the shard's share
    shell.flush()
    shell.answer_all()
    for _ in range(20):
        shell.put("k", b"data")
        shell.wait(0.13)
    assert not shell.calls
    shell.wait(2)
    [record] = shell.put_call.records
    assert record.count == 20


def test_held_back_shards_are_looked_at_together_and_not_without_end() -> None:
    stream = FakeStream(shards=8)
    shell = HandShell(stream, aggregate=False, rate_limit_percent=100, calls_in_flight=128)
    keys = [keys_in(stream, shard, 1)[0] for shard in range(8)]
    for _ in range(20):
        for key in keys:
            shell.put(key, bytes(100_000))
    shell.flush()
    shell.answer_all()
    calls, until = 0, shell.now + 1
    while (wake_at := shell.core.wake_at()) is not None and wake_at <= until:
        shell.wait(wake_at - shell.now)
        calls += len(shell.puts)
        shell.answer_all()
    assert 8 <= calls <= 1 / BREATH_SECONDS + 1
    assert shell.core.statistics().user_records_put > 1 + 8 * 18


def test_a_throttled_record_silences_its_shard_but_no_other() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream, random=1.0)
    keys = [keys_in(stream, shard, 1)[0] for shard in (0, 1)]
    throttled = shell.put(keys[0])
    shell.flush()
    shell.answer(shell.put_call, PutRecordsAnswer([THROTTLED]))
    behind, other = shell.put(keys[0]), shell.put(keys[1])
    shell.flush()
    shell.answer_all()
    assert other.result
    assert throttled.outcome is behind.outcome is None
    shell.wait(0.11)
    assert [record.serial for record in shell.put_call.records] == sorted(
        record.serial for record in shell.put_call.records
    )
    shell.answer_all()
    assert throttled.result
    assert behind.result


def test_thousands_of_throttled_records_make_few_calls() -> None:
    stream = FakeStream()
    shell = HandShell(stream, aggregate=False, rate_limit_percent=None)
    stream.fault = lambda _: "ProvisionedThroughputExceededException"
    for _ in range(3000):
        shell.put("k")
    for _ in range(20):
        shell.answer_all()
        shell.wait(0.5)
    calls = shell.core.statistics().calls
    assert calls < 60
    stream.fault = lambda _: None
    shell.wait(6)
    while shell.calls:
        shell.answer_all()
        shell.wait(0.1)
    assert shell.core.statistics().user_records_pending == 0
    assert [event.partition_key for event in stream.events] == ["first"] + ["k"] * 3000


def test_a_shard_s_limit_outlives_a_reshard_of_others() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream, aggregate=False, rate_limit_percent=100)
    key = keys_in(stream, 0, 1)[0]
    for _ in range(2):
        shell.put(key, bytes(MIB // 2 - len(key)))
    shell.flush()
    stream.split(stream.shards[1], stream.shards[1].end - 1)
    shell.core._listing.want()
    shell.wait(0)
    shell.flush()
    shell.answer(shell.listing)
    assert shell.core.statistics().open_shards == 3
    shell.answer(shell.put_call, PutRecordsAnswer([FAILED, RecordAnswer(stream.shards[0].shard_id, "1")]))
    shell.wait(0.45)  # the failed one's next try is due after 0.1 s
    assert not shell.calls
    shell.wait(0.1)
    assert shell.put_call
