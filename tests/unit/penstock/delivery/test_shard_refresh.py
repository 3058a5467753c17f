"""The shards are listed from time to time, while events flow."""

from penstock.delivery.calls import CallFailure
from tests.unit.penstock.delivery.fake_stream import LOST, FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell

HALF = 2**127


def test_an_idle_producer_makes_no_calls() -> None:
    shell = HandShell(shard_refresh_seconds=5)
    shell.wait(1000)
    assert not shell.calls
    assert shell.core.wake_at() is None


def test_the_shards_are_listed_again_when_events_flow() -> None:
    stream = FakeStream()
    shell = HandShell(stream, shard_refresh_seconds=5)
    stream.split(stream.shards[0], HALF)
    fate = shell.put("k")
    shell.answer(shell.listing)
    assert shell.core.statistics().open_shards == 2
    shell.wait(1)
    shell.answer_all()
    assert fate.result.shard_id in {shard.shard_id for shard in stream.open_shards}
    assert shell.core.statistics().user_records_resent == 0
    shell.wait(3.9)
    shell.put("k")
    shell.flush()
    assert shell.puts == shell.calls
    shell.wait(0.2)
    assert shell.listing


def test_a_listing_that_fails_fails_no_event_and_is_repeated_while_events_flow() -> None:
    shell = HandShell(shard_refresh_seconds=5)
    fate = shell.put("k")
    shell.answer(shell.listing, LOST)
    shell.wait(0.05)
    shell.wait(0.06)
    assert shell.listing
    shell.answer(shell.listing, CallFailure("AccessDeniedException", "", 400))
    shell.answer_all()
    assert fate.result
    later = shell.put("k")
    shell.wait(1)
    assert shell.calls == shell.puts
    shell.answer_all()
    assert later.result


def test_an_idle_producer_does_not_repeat_a_listing_that_failed() -> None:
    shell = HandShell(shard_refresh_seconds=5)
    shell.put("k")
    shell.flush()
    shell.answer(shell.put_call)
    shell.answer(shell.listing, LOST)
    assert shell.core.wake_at() is None
    shell.put("k")
    shell.wait(0.1)
    assert shell.listing


def test_the_same_shards_again_change_nothing() -> None:
    shell = HandShell(shard_refresh_seconds=5, linger_seconds=1)
    fates = [shell.put("k")]
    shell.answer(shell.listing)
    fates.append(shell.put("k"))
    shell.wait(1.1)
    [record] = shell.put_call.records
    assert record.count == 2


def test_a_shard_that_was_news_while_the_shards_were_listed_is_looked_for_again() -> None:
    stream = FakeStream()
    shell = HandShell(stream, shard_refresh_seconds=5)
    fate = shell.put("k", explicit=str(HALF))
    shell.flush()
    old = stream.answer(shell.listing)
    stream.split(stream.shards[0], HALF)
    shell.answer(shell.put_call)
    shell.answer(shell.listing, old)
    assert fate.outcome is None
    shell.wait(1)
    shell.answer(shell.listing)
    shell.answer_all()
    assert fate.result.shard_id == stream.shard_at(HALF).shard_id
    assert len(stream.events_for_kcl) == 2
