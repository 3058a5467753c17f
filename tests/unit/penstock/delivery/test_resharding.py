"""Learning the shards, and what happens when they change."""

import pytest

from penstock.aggregation import deaggregate
from penstock.delivery.calls import CallFailure, PutRecordsAnswer, RecordAnswer
from penstock.delivery.outcomes import PutResult
from penstock.errors import AccessDeniedError, StreamNotFoundError, UndeliveredError
from tests.unit.penstock.delivery.fake_stream import LOST, FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell

HALF = 2**127
QUARTER = 2**126
THROTTLED = RecordAnswer(error_code="ProvisionedThroughputExceededException")


def test_events_wait_until_all_pages_of_the_listing_are_there() -> None:
    stream = FakeStream(shards=5, page=2)
    shell = HandShell(stream, listed=False)
    fates = [shell.put(f"key-{n}") for n in range(50)]
    shell.wait(1)
    assert not shell.puts
    for page in [None, "2", "4"]:
        assert shell.listing.next_token == page
        shell.answer(shell.listing)
    assert len(shell.put_call.records) == 5
    shell.answer_all()
    assert all(fate.result for fate in fates)
    assert len(stream.events) == len(stream.events_for_kcl) == 50


def test_a_flush_is_kept_in_mind_until_the_shards_are_known() -> None:
    shell = HandShell(listed=False, linger_seconds=60)
    fate = shell.put("key")
    shell.flush()
    shell.answer_all()
    assert fate.result
    assert shell.now == 0


def test_a_listing_that_fails_is_begun_again_after_a_backoff() -> None:
    shell = HandShell(FakeStream(shards=3, page=2), listed=False)
    fate = shell.put("key")
    shell.answer(shell.listing)
    shell.answer(shell.listing, LOST)
    shell.wait(0.09)
    assert not shell.calls
    shell.wait(0.02)
    assert shell.listing.next_token is None
    shell.answer_all()
    shell.wait(1)
    shell.answer_all()
    assert fate.result


def test_a_listing_that_does_not_add_up_is_begun_again() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream, listed=False)
    fate = shell.put("key")
    stream.shards[1].closed = True
    shell.answer(shell.listing)
    stream.shards[1].closed = False
    shell.wait(1)
    shell.answer_all()
    shell.wait(1)
    shell.answer_all()
    assert fate.result
    assert shell.core.statistics().errors_by_code == {"ShardMapError": 1}


@pytest.mark.parametrize(
    ("code", "kind"),
    [("ResourceNotFoundException", StreamNotFoundError), ("AccessDeniedException", AccessDeniedError)],
)
def test_a_listing_that_cannot_succeed_fails_the_events_that_wait_for_it(code: str, kind: type) -> None:
    shell = HandShell(listed=False)
    fates = [shell.put("a"), shell.put("b", explicit="7"), shell.put("c", bytes(100_000))]
    shell.answer(shell.listing, CallFailure(code, "why", 400))
    assert [fate.failure.kind for fate in fates] == [kind] * 3
    assert shell.core.wake_at() is None
    # The next event tries again, but not more often than once a second.
    later = shell.put("d")
    assert not shell.calls
    shell.wait(1)
    shell.answer_all()
    shell.wait(1)
    shell.answer_all()
    assert later.result


def test_events_are_abandoned_before_the_shards_are_known() -> None:
    shell = HandShell(listed=False)
    fates = [shell.put("a"), shell.put("b", bytes(100_000))]
    assert shell.core.abandon() == 2
    assert {fate.failure.kind for fate in fates} == {UndeliveredError}
    shell.answer_all()
    assert shell.core.wake_at() is None


def test_an_unpredicted_shard_brings_a_new_map() -> None:
    stream = FakeStream()
    shell = HandShell(stream)
    stream.split(stream.shards[0], HALF)
    shell.put("key")
    shell.flush()
    shell.answer(shell.put_call)
    assert shell.listing
    shell.answer_all()
    assert shell.core.statistics().open_shards == 2


def test_the_shards_are_listed_at_most_once_a_second() -> None:
    stream = FakeStream()
    shell = HandShell(stream)
    for at in (HALF, QUARTER):
        stream.split(stream.open_shards[0], at)
        shell.put("key")
        shell.flush()
        shell.answer(shell.puts[0])
    shell.answer(shell.listing)
    shell.wait(0.9)
    stream.split(stream.open_shards[0], QUARTER // 2)
    shell.put("key", explicit="0")
    shell.flush()
    shell.answer(shell.puts[0])
    assert not shell.calls
    shell.wait(0.2)
    assert shell.listing


def spread(shell: HandShell, count: int = 20) -> list[str]:
    keys = [f"key-{n}" for n in range(count)]
    for key in keys:
        shell.put(key)
    return keys


def test_events_that_a_split_took_to_the_wrong_shard_are_sent_again() -> None:
    stream = FakeStream()
    shell = HandShell(stream)
    stream.split(stream.shards[0], HALF)
    fates = [shell.put(f"key-{n}") for n in range(20)]
    shell.flush()
    shell.answer(shell.put_call)
    assert {fate.outcome for fate in fates} == {None}
    shell.answer(shell.listing)
    shell.wait(1)
    assert len(shell.put_call.records) == 2
    shell.answer_all()
    assert {fate.result.shard_id for fate in fates} == {shard.shard_id for shard in stream.open_shards}
    assert len(stream.events_for_kcl) == 21
    assert shell.core.statistics().user_records_resent == 20
    assert shell.core.statistics().user_records_put == 21


def test_a_flush_waits_for_events_that_are_sent_again() -> None:
    stream = FakeStream()
    shell = HandShell(stream)
    stream.split(stream.shards[0], HALF)
    spread(shell)
    mark = shell.flush()
    shell.answer(shell.put_call)
    shell.put("later")
    shell.answer(shell.listing)
    assert not shell.core.flushed(mark)
    shell.wait(1)
    shell.answer_all()
    assert shell.core.flushed(mark)


def test_nothing_is_sent_again_if_the_split_follows_the_lanes_or_shards_were_merged() -> None:
    stream = FakeStream()
    shell = HandShell(stream, lanes_per_shard=2)
    stream.split(stream.shards[0], HALF)
    spread(shell)
    shell.flush()
    shell.answer_all()
    stream.merge(*stream.open_shards)
    spread(shell)
    shell.flush()
    shell.wait(5)
    shell.answer_all()
    shell.wait(5)
    shell.answer_all()
    assert shell.core.statistics().user_records_resent == 0
    assert shell.core.statistics().user_records_pending == 0
    assert len(stream.events_for_kcl) == 41


def test_nothing_is_sent_again_where_that_is_turned_off() -> None:
    stream = FakeStream()
    shell = HandShell(stream, resend_misrouted=False)
    stream.split(stream.shards[0], HALF)
    fates = [shell.put(f"key-{n}") for n in range(20)]
    shell.flush()
    shell.answer(shell.put_call)
    assert all(fate.result for fate in fates)
    shell.answer(shell.listing)
    assert shell.core.statistics().open_shards == 2


def test_an_event_outside_of_aggregates_is_always_where_it_belongs() -> None:
    stream = FakeStream()
    shell = HandShell(stream, aggregate=False)
    stream.split(stream.shards[0], HALF)
    fates = [shell.put(f"key-{n}") for n in range(20)]
    shell.flush()
    shell.answer(shell.put_call)
    assert all(fate.result for fate in fates)


def test_a_shard_that_no_listing_names_is_accepted() -> None:
    # The shard of an answer can have been closed by the time the shards are listed.
    shell = HandShell()
    fates = [shell.put("a"), shell.put("b")]
    shell.flush()
    elsewhere = PutRecordsAnswer([RecordAnswer("shardId-000000000009", "1")])
    shell.answer(shell.put_call, elsewhere)
    assert fates[0].outcome is None
    shell.answer(shell.listing)
    assert [fate.result.shard_id for fate in fates] == ["shardId-000000000009"] * 2
    # Having looked in vain once, it does not look again.
    again = shell.put("a")
    shell.flush()
    shell.answer(shell.put_call, elsewhere)
    assert again.result
    assert not shell.calls


def test_when_the_shards_cannot_be_listed_any_more_the_old_map_and_the_answers_stand() -> None:
    stream = FakeStream()
    shell = HandShell(stream)
    stream.split(stream.shards[0], HALF)
    fate = shell.put("key")
    shell.flush()
    shell.answer(shell.put_call)
    shell.answer(shell.listing, CallFailure("AccessDeniedException", "", 400))
    assert fate.result
    shell.put("key")
    shell.flush()
    assert shell.put_call


def test_misrouted_events_are_acknowledged_when_the_producer_is_closed() -> None:
    stream = FakeStream()
    shell = HandShell(stream)
    stream.split(stream.shards[0], HALF)
    fate = shell.put("key")
    shell.flush()
    shell.answer(shell.put_call)
    assert shell.core.abandon() == 0
    assert fate.result


def test_what_is_still_here_is_routed_anew() -> None:
    stream = FakeStream()
    shell = HandShell(stream, aggregate_bytes=200, calls_in_flight=1)
    trigger = shell.put("trigger")
    shell.flush()
    keys = spread(shell)  # closed records and an open one, behind the call in flight
    with_hash_keys = [shell.put("key", explicit=str(n * QUARTER)) for n in range(4)]
    stream.split(stream.shards[0], HALF)
    shell.answer(shell.put_call)
    # Another call has left by the old map; the rest will not.
    shell.answer(shell.listing)
    shell.answer(shell.put_call, PutRecordsAnswer([THROTTLED] * len(shell.put_call.records)))
    for _ in range(5):
        shell.wait(1)
        shell.answer_all()
    assert isinstance(trigger.outcome, PutResult)
    assert [fate.result.shard_id for fate in with_hash_keys] == [
        stream.shard_at(n * QUARTER).shard_id for n in range(4)
    ]
    assert {*keys} <= {event.partition_key for event in stream.events_for_kcl}
    assert shell.core.statistics().user_records_pending == 0


def test_throttled_records_are_routed_anew_and_those_that_may_be_written_keep_their_bytes() -> None:
    stream = FakeStream()
    shell = HandShell(stream, aggregate_bytes=10_000)
    fates = [shell.put("throttled", bytes(9_000)), shell.put("lost", bytes(9_000))]
    shell.flush()
    bytes_of_lost = shell.put_call.entries()[1]["Data"]
    failed = RecordAnswer(error_code="InternalFailure")
    fates.append(shell.put("trigger", explicit="0"))
    shell.flush()
    shell.answer(shell.puts[0], PutRecordsAnswer([THROTTLED, failed]))
    stream.split(stream.shards[0], HALF)
    shell.answer(shell.put_call)
    shell.answer(shell.listing)
    shell.wait(10)
    sent = [entry for call in shell.puts for entry in call.entries()]
    lanes = {deaggregate(entry["Data"])[0].partition_key: entry["PartitionKey"] for entry in sent}
    assert lanes["throttled"] in {f"{shard.shard_id}.0" for shard in stream.open_shards}
    assert lanes["lost"] == "shardId-000000000000.0"
    assert bytes_of_lost in [entry["Data"] for entry in sent]
    for _ in range(3):
        shell.answer_all()
        shell.wait(10)
    assert all(fate.result for fate in fates)
    assert {"throttled", "lost", "trigger"} <= {event.partition_key for event in stream.events_for_kcl}


def test_a_listing_that_is_begun_again_forgets_the_pages_that_it_had() -> None:
    stream = FakeStream(shards=3, page=2)
    shell = HandShell(stream, listed=False)
    fate = shell.put("key")
    shell.answer(shell.listing)
    stream.split(stream.shards[0], stream.shards[0].end // 2)
    shell.answer(shell.listing, LOST)
    shell.wait(0.11)
    shell.answer_all()
    assert shell.core.statistics().errors_by_code == {"ReadTimeoutError": 1}
    assert shell.core.statistics().open_shards == 4
    shell.wait(1)
    shell.answer_all()
    assert fate.result
