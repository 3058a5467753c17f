"""The feed puts everything a source gives, and tells what became of it."""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any, cast

import pytest

from local.run.feed import Feed
from penstock import Producer, PutResult
from penstock.errors import PenstockError
from penstock.events import SocialEvent
from penstock.sources import RawEvent, SourceItem

EVENT = SocialEvent.model_validate(
    {"kind": "post", "platform": "demo", "author": "a", "created_at": "2026-11-21T09:30:00Z"}
)


class ListSource:
    """A source that has what it was given, then raises what it was given."""

    finite = True

    def __init__(self, items: list[SourceItem], error: Exception | None = None) -> None:
        self.items = items
        self.error = error
        self.closed = False

    def __iter__(self) -> Iterator[SourceItem]:
        yield from self.items
        if self.error:
            raise self.error

    def close(self) -> None:
        self.closed = True


class FakeProducer:
    """Answers each put at once: with a result, with an error on the future, or by raising."""

    def __init__(self, answers: list[Exception | None], raises: Exception | None = None) -> None:
        self.answers = list(answers)
        self.raises = raises
        self.puts: list[tuple[Any, str | None]] = []
        self.flushed = False

    def put(self, event: SocialEvent | bytes, *, partition_key: str | None = None) -> "Future[PutResult]":
        self.puts.append((event, partition_key))
        if self.raises:
            raise self.raises
        future: Future[PutResult] = Future()
        error = self.answers.pop(0) if self.answers else None
        if error:
            future.set_exception(error)
        else:
            future.set_result(cast("PutResult", object()))
        return future

    def flush(self) -> None:
        self.flushed = True


def play(source: ListSource, producer: FakeProducer, *, duration: float | None = None) -> tuple[Feed, int]:
    accepted = 0

    def count() -> None:
        nonlocal accepted
        accepted += 1

    feed = Feed(source, cast("Producer", producer), rate=None, duration=duration, accepted=count)
    feed.start()
    assert feed.join(10)
    return feed, accepted


def test_events_and_raw_events_are_put_and_flushed() -> None:
    producer = FakeProducer([])
    source = ListSource([EVENT, RawEvent(b"{", "key")])
    feed, accepted = play(source, producer)
    assert producer.puts == [(EVENT, None), (b"{", "key")]
    assert (feed.sent, feed.accepted, accepted) == (2, 2, 2)
    assert producer.flushed
    assert source.closed


def test_an_undelivered_event_is_refused_not_accepted() -> None:
    feed, accepted = play(ListSource([EVENT] * 3), FakeProducer([None, PenstockError("no such stream"), None]))
    assert (feed.accepted, accepted, feed.refused) == (2, 2, {"PenstockError: no such stream": 1})


def test_an_event_the_producer_will_not_take_does_not_end_the_feed() -> None:
    feed, _ = play(ListSource([EVENT] * 3), FakeProducer([], raises=PenstockError("too large")))
    assert (feed.sent, feed.accepted, feed.refused.total()) == (3, 0, 3)


def test_a_source_s_error_is_kept_for_the_run() -> None:
    feed, _ = play(ListSource([EVENT], ValueError("gone")), FakeProducer([]))
    assert feed.sent == 1
    assert str(feed.error) == "gone"


def test_the_duration_ends_the_feed() -> None:
    feed, _ = play(ListSource([EVENT] * 5), FakeProducer([]), duration=0.0)
    assert feed.sent == 0


@pytest.mark.parametrize("rate", [50.0, 400.0])
def test_events_are_due_by_the_rate(rate: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("local.run.feed.time.monotonic", lambda: now[0])
    feed = Feed(
        ListSource([EVENT] * 101), cast("Producer", FakeProducer([])), rate=rate, duration=None, accepted=lambda: None
    )

    def wait(seconds: float) -> bool:
        now[0] += seconds
        return False

    monkeypatch.setattr(feed._stopping, "wait", wait)
    feed._put_all()
    assert now[0] - 100.0 == pytest.approx(100 / rate)
