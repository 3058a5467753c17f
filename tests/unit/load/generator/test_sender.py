"""Sending what is due, when it is due."""

from collections.abc import Sequence
from typing import Any

import pytest

from load.generator.sender import ERROR_STEP, LONG_REST_SECONDS, MOST_AT_ONCE, REST_SECONDS, Sender
from load.workload.events import EventMaker, EventShape
from penstock.aggregation import UserRecord


class Stream:
    """A clock, and a stream that takes its time."""

    def __init__(self, seconds_a_call: float = 0.0) -> None:
        self.now = 0.0
        self.calls: list[int] = []
        self.sampled: list[float] = []
        self._seconds = seconds_a_call

    def put_many(self, events: list[UserRecord]) -> Sequence[Any]:
        self.now += self._seconds
        self.calls.append(len(events))
        return events

    def sender(self, due: list[float], every: int = 1) -> Sender:
        return Sender(
            iter(due),
            EventMaker(EventShape(), name="t", seed=0, bodies=10),
            self.put_many,
            clock=lambda: self.now,
            epoch=0.0,
            sample=lambda time, _future: self.sampled.append(time),
            every=every,
        )

    def run(self, sender: Sender) -> None:
        while (rest := sender.step()) is not None:
            self.now += rest


def latest(sender: Sender) -> float:
    return max(sender.errors) * ERROR_STEP


def test_each_event_is_sent_and_none_before_its_time() -> None:
    stream = Stream()
    sender = stream.sender([number / 100 for number in range(1, 301)])
    stream.run(sender)
    assert (sender.sent, sum(stream.calls)) == (300, 300)
    assert stream.now == pytest.approx(3.0, abs=REST_SECONDS)
    assert latest(sender) <= REST_SECONDS + ERROR_STEP


def test_a_slow_stream_makes_events_late_from_their_intended_time_and_leaves_none_out() -> None:
    stream = Stream(seconds_a_call=1.0)
    sender = stream.sender([number / 1000 for number in range(1000)])
    stream.run(sender)
    assert sender.sent == 1000
    # A generator that waited for its stream would have sent five calls, each on time.
    assert latest(sender) > 3.0


def test_an_event_is_late_by_its_own_call_too() -> None:
    stream = Stream(seconds_a_call=0.5)
    sender = stream.sender([0.0])
    stream.run(sender)
    assert latest(sender) == pytest.approx(0.5, abs=ERROR_STEP)


def test_what_has_become_due_meanwhile_is_sent_in_bounded_calls() -> None:
    stream = Stream()
    stream.now = 10.0
    sender = stream.sender([0.0] * 1000)
    stream.run(sender)
    assert stream.calls == [MOST_AT_ONCE] * 4


def test_one_in_so_many_is_sampled_whatever_the_calls() -> None:
    stream = Stream()
    due = [number / 1000 for number in range(1, 1001)]
    stream.run(stream.sender(due, every=10))
    assert stream.sampled == due[::10]


def test_in_a_silence_the_sender_comes_back_now_and_then() -> None:
    assert Stream().sender([60.0]).step() == LONG_REST_SECONDS


def test_an_empty_schedule_ends_at_once() -> None:
    assert Stream().sender([]).step() is None
