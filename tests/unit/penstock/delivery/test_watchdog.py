import logging
from dataclasses import replace
from typing import Any

from penstock.delivery.calls import CallFailure
from penstock.delivery.watchdog import Signs, TroubledShard, Watchdog
from tests.unit.penstock.delivery.fake_stream import LOST, FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell

WELL = Signs(
    pending=5,
    acknowledged_at=None,
    calls=0,
    oldest_call_seconds=0.0,
    listing_seconds=None,
    shards_known=True,
    put_failure=None,
    listing_failure=None,
    troubled_shards=(),
)


class Watched:
    """A watchdog that looks when it wants to, four times in 8 seconds, while nothing changes but what it is told."""

    def __init__(self, **signs: Any) -> None:  # noqa: ANN401 - of Signs, each of its own type
        self.now = 1000.0
        self.watchdog = Watchdog("events", 8.0)
        self.signs = WELL
        self.change(**signs)
        self.wait(0)

    def change(self, **signs: Any) -> None:  # noqa: ANN401 - of Signs, each of its own type
        self.signs = replace(self.signs, **signs)

    def wait(self, seconds: float) -> list[str]:
        """Let time pass; return what is said meanwhile."""
        until = self.now + seconds
        said = []
        while self.watchdog.check_at <= until:
            self.now = max(self.now, self.watchdog.check_at)
            said += self.look()
        self.now = until
        return said

    def look(self) -> list[str]:
        remarks = self.watchdog.check(self.signs, self.now)
        return [f"{logging.getLevelName(level)} {text}" for level, text in remarks]


def test_as_long_as_something_is_acknowledged_nothing_is_said() -> None:
    watched = Watched()
    for _ in range(20):
        watched.change(acknowledged_at=watched.now)
        assert watched.wait(7) == []


def test_as_long_as_nothing_waits_nothing_is_said() -> None:
    watched = Watched(pending=0)
    assert watched.wait(3600) == []


def test_an_event_after_a_long_quiet_time_is_no_stall() -> None:
    watched = Watched(pending=0, acknowledged_at=999.0)
    watched.wait(3600)
    watched.change(pending=1)
    assert watched.wait(8) == []


def test_a_stall_is_warned_of_in_time() -> None:
    watched = Watched()
    assert watched.wait(7.9) == []
    [warning] = watched.wait(2)
    assert warning.startswith(
        "WARNING the producer for events: no event has been acknowledged for 8 s, and 5 wait: records wait for a rate"
    )


def test_the_warning_is_repeated_at_growing_intervals() -> None:
    watched = Watched()
    assert [len(watched.wait(seconds)) for seconds in (8, 7, 1, 15, 1, 31, 1)] == [1, 0, 1, 0, 1, 0, 1]
    watched.wait(100_000)
    assert len(watched.wait(3600)) == 1


def test_its_end_is_told_at_once_with_how_long_it_took() -> None:
    watched = Watched()
    watched.wait(12.0)
    assert watched.watchdog.due(watched.now)
    watched.change(acknowledged_at=watched.now)
    assert watched.look() == ["INFO the producer for events: events are acknowledged again, after 12 s"]
    assert not watched.watchdog.due(watched.now)
    assert watched.look() == []
    assert watched.wait(7) == []
    assert len(watched.wait(3)) == 1


def test_its_end_without_an_acknowledgement_is_told() -> None:
    watched = Watched()
    watched.wait(10)
    watched.change(pending=0)
    assert watched.look() == ["INFO the producer for events: no event waits any more, after 10 s"]
    assert watched.wait(100) == []


def test_the_last_event_s_acknowledgement_ends_a_stall() -> None:
    watched = Watched()
    watched.wait(10)
    watched.change(pending=0, acknowledged_at=watched.now)
    assert watched.look() == ["INFO the producer for events: events are acknowledged again, after 10 s"]


def warning(**signs: Any) -> str:  # noqa: ANN401 - of Signs, each of its own type
    return Watched(**signs).wait(8)[0]


def test_calls_that_hang_are_named() -> None:
    assert "4 PutRecords calls have no answer yet, the oldest for 31 s" in warning(calls=4, oldest_call_seconds=31.4)
    assert "1 PutRecords call has no answer yet" in warning(calls=1, oldest_call_seconds=31.4)
    assert "PutRecords" not in warning(calls=1, oldest_call_seconds=0.2)


def test_an_unknown_shard_map_is_named_with_its_reason() -> None:
    assert warning(shards_known=False).endswith("wait: the stream's shards are not known")
    assert "ListShards has had no answer for 5 s" in warning(shards_known=False, listing_seconds=5.0)
    text = warning(shards_known=False, listing_failure=CallFailure("LimitExceededException", "Rate exceeded.", 400))
    assert "ListShards failed with LimitExceededException: Rate exceeded.; too many such calls" in text


def test_credentials_that_fail_are_named_with_what_to_do() -> None:
    text = warning(put_failure=CallFailure("CredentialRetrievalError", "custom-process failed", None))
    assert "the last PutRecords failed with CredentialRetrievalError: custom-process failed; what provides" in text


def test_shards_that_refuse_are_named_with_their_error() -> None:
    code = "ProvisionedThroughputExceededException"
    text = warning(troubled_shards=[TroubledShard(f"shard-{n}", 70 - n, code) for n in range(7)])
    assert f"7 shards take no records: shard-0 ({code}, 70 times), shard-1 ({code}, 69 times)" in text
    assert "and 2 others; a shard takes 1,000 records" in text
    assert "wait: 1 shard takes no records: a (X, 1 times)" in warning(troubled_shards=[TroubledShard("a", 1, "X")])


def test_a_callback_that_blocks_is_told_of_whether_or_not_events_wait() -> None:
    watched = Watched(pending=0, callbacks=3, callback_seconds=7.0)
    assert watched.wait(2) == []
    watched.change(callback_seconds=8.4)
    [text] = watched.wait(2)
    assert "a future's callback has been running for 8 s, and 2 wait behind it" in text
    watched.change(callback_seconds=10.0)
    assert watched.wait(2) == []
    watched.change(callback_seconds=0.1)
    assert watched.look() == ["INFO the producer for events: callbacks run again, after 10 s"]


def test_callbacks_that_are_quick_are_not_told_of() -> None:
    watched = Watched(pending=0, callbacks=100, callback_seconds=0.5)
    assert watched.wait(100) == []


def test_the_core_gives_the_signs_of_calls_that_hang_and_of_shards_that_refuse() -> None:
    stream = FakeStream(shards=2)
    shell = HandShell(stream)
    acknowledged_at = shell.core.signs(shell.now).acknowledged_at
    stream.fault = lambda shard_id: "InternalFailure" if shard_id == "shardId-000000000001" else None
    shell.put("a", explicit=str(2**127))
    shell.flush()
    shell.answer_all()
    shell.put("b", explicit="0")
    shell.flush()
    shell.now += 7
    signs = shell.core.signs(shell.now)
    assert (signs.pending, signs.calls, signs.oldest_call_seconds) == (2, 1, 7.0)
    assert signs.troubled_shards == [TroubledShard("shardId-000000000001", 1, "InternalFailure")]
    assert (signs.shards_known, signs.put_failure, signs.acknowledged_at) == (True, None, acknowledged_at)
    shell.answer(shell.put_call)
    assert shell.core.signs(shell.now).acknowledged_at == shell.now
    stream.fault = lambda _: None
    shell.wait(60)
    shell.answer_all()
    assert shell.core.signs(shell.now).troubled_shards == []


def test_the_core_gives_the_signs_of_calls_that_fail() -> None:
    shell = HandShell(listed=False)
    shell.put("a")
    shell.now += 3
    assert shell.core.signs(shell.now).listing_seconds == 3.0
    shell.answer(shell.listing, LOST)
    signs = shell.core.signs(shell.now)
    assert (signs.shards_known, signs.listing_seconds, signs.listing_failure) == (False, None, LOST)
    shell.wait(60)
    shell.answer_all()
    shell.put("a")
    shell.flush()
    shell.answer(shell.put_call, LOST)
    signs = shell.core.signs(shell.now)
    assert (signs.shards_known, signs.listing_failure, signs.put_failure) == (True, None, LOST)
