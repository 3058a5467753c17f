"""With ``ordered``: one record of a lane at a time, before, during and after a reshard."""

from penstock.aggregation import deaggregate
from penstock.delivery.calls import CallFailure, PutRecordsAnswer, RecordAnswer
from penstock.delivery.outcomes import PutResult
from penstock.hash_keys import hash_key
from tests.unit.penstock.delivery.fake_stream import LOST, FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell

HALF = 2**127
FAILED = RecordAnswer(error_code="InternalFailure")
THROTTLED = RecordAnswer(error_code="ProvisionedThroughputExceededException")
LOW = next(f"key-{n}" for n in range(100) if hash_key(f"key-{n}") < HALF)
HIGH = next(f"key-{n}" for n in range(100) if hash_key(f"key-{n}") >= HALF)


def sent(shell: HandShell) -> list[list[bytes]]:
    """Return the data of the events of each record under way."""
    return [[event.data for event in record.user_records()] for call in shell.puts for record in call.records]


def test_a_lane_sends_a_record_only_when_the_one_before_it_has_an_outcome() -> None:
    shell = HandShell(ordered=True, aggregate=False)
    for n in range(3):
        shell.put("k", b"%d" % n)
    shell.flush()
    assert sent(shell) == [[b"0"]]
    shell.answer(shell.put_call)
    assert sent(shell) == [[b"1"]]
    shell.answer(shell.put_call, PutRecordsAnswer([FAILED]))
    assert not shell.puts
    shell.wait(0.11)
    assert sent(shell) == [[b"1"]]
    shell.answer(shell.put_call, PutRecordsAnswer([THROTTLED]))
    shell.wait(0.3)
    assert sent(shell) == [[b"1"]]
    shell.answer(shell.put_call, LOST)
    shell.wait(1)
    shell.answer(shell.put_call)
    assert sent(shell) == [[b"2"]]


def test_the_lane_s_open_aggregate_fills_while_a_record_is_under_way() -> None:
    shell = HandShell(ordered=True)
    shell.put("k", b"0")
    shell.flush()
    for n in range(1, 5):
        shell.put("k", b"%d" % n)
        shell.wait(1)
    assert sent(shell) == [[b"0"]]
    shell.answer(shell.put_call)
    assert sent(shell) == [[b"1", b"2", b"3", b"4"]]


def test_lanes_do_not_wait_for_each_other() -> None:
    shell = HandShell(FakeStream(shards=2), ordered=True)
    shell.put(LOW, b"low")
    shell.flush()
    shell.put(HIGH, b"high")
    shell.flush()
    assert sent(shell) == [[b"low"], [b"high"]]


def test_events_with_and_without_an_explicit_hash_key_stay_in_order_in_a_lane() -> None:
    stream = FakeStream()
    shell = HandShell(stream, ordered=True)
    for n in range(4):
        shell.put("k", b"%d" % n, explicit="7" if n % 2 else None)
    shell.put("k", b"4" * 100_000)
    shell.put("k", b"5")
    shell.flush()
    while shell.calls:
        shell.answer_all()
    assert [event.data[:1] for event in stream.events[1:]] == [b"0", b"1", b"2", b"3", b"4", b"5"]


def test_each_of_a_refused_call_s_records_is_sent_alone_and_before_what_follows() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream, ordered=True)
    shell.put(LOW, b"low 1")
    shell.put(HIGH, b"high 1")
    shell.flush()
    shell.put(LOW, b"low 2")
    shell.flush()
    shell.answer(shell.put_call, CallFailure("InvalidArgumentException", "", 400))
    assert sorted(sent(shell)) == [[b"high 1"], [b"low 1"]]
    shell.answer_all()
    assert [event.data for event in stream.events if event.partition_key != "first"] == [b"low 1", b"low 2", b"high 1"]


def test_after_a_split_the_new_lanes_wait_for_the_old_one() -> None:
    stream = FakeStream()
    shell = HandShell(stream, ordered=True, shard_refresh_seconds=61)
    shell.wait(0.9)
    shell.put(LOW, b"low 1")
    shell.put(HIGH, b"high 1")
    shell.flush()
    old = shell.put_call
    stream.split(stream.shards[0], HALF)
    shell.put(LOW, b"low 2")
    shell.put(HIGH, b"high 2")
    shell.flush()
    shell.wait(1)
    shell.answer(shell.listing)
    assert shell.core.statistics().open_shards == 2
    shell.put(LOW, b"low 3")
    shell.flush()
    assert shell.puts == [old]
    # Its answer is lost, so it may be in the old shard: it is repeated as it is, and the others still wait.
    stream.answer(old)
    shell.answer(old, LOST)
    shell.wait(0.11)
    assert sent(shell) == [[b"low 1", b"high 1"]]
    shell.answer(shell.put_call)
    # It has ended beside one of its keys: both go first in the shards where they belong.
    assert sorted(sent(shell)) == [[b"high 1"], [b"low 1"]]
    shell.answer_all()
    shell.answer_all()
    low, high = (
        [event.data for record in shard.records for event in deaggregate(record[0])] for shard in stream.open_shards
    )
    assert list(dict.fromkeys(low)) == [b"low 1", b"high 1", b"low 2", b"low 3"]
    assert high == [b"high 1", b"high 2"]


def test_an_old_lane_s_record_that_is_surely_not_written_is_taken_apart_and_goes_first() -> None:
    stream = FakeStream()
    shell = HandShell(stream, ordered=True)
    shell.put(LOW, b"low 1")
    shell.put(HIGH, b"high 1")
    shell.flush()
    first = shell.put_call
    shell.answer(first, PutRecordsAnswer([THROTTLED]))
    shell.put(LOW, b"low 2")
    stream.split(stream.shards[0], HALF)
    shell.core._listing.want()
    shell.wait(1)
    shell.answer(shell.put_call, PutRecordsAnswer([THROTTLED]))
    shell.answer(shell.listing)
    shell.wait(1)
    assert sorted(sent(shell)) == [[b"high 1"], [b"low 1", b"low 2"]]


def test_an_unordered_lane_s_records_share_a_call() -> None:
    shell = HandShell(aggregate=False)
    fates = [shell.put("k", b"%d" % n) for n in range(3)]
    shell.flush()
    assert len(shell.put_call.records) == 3
    shell.answer_all()
    assert all(isinstance(fate.outcome, PutResult) for fate in fates)


def test_an_old_lane_s_record_waits_for_the_shard_that_it_goes_to_now() -> None:
    stream = FakeStream()
    shell = HandShell(stream, ordered=True)
    fate = shell.put(LOW)
    shell.flush()
    stream.split(stream.shards[0], HALF)
    shell.core._listing.want()
    shell.wait(0)
    shell.flush()
    shell.answer(shell.listing)
    shell.answer(shell.put_call, LOST)
    shell.wait(0.11)
    shell.answer(shell.put_call, PutRecordsAnswer([THROTTLED]))
    assert not shell.calls
    shell.wait(0.21)
    shell.answer_all()
    assert fate.result
