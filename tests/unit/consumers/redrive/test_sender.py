"""Only what the stream has acknowledged is marked, and only once it has."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest
from botocore.exceptions import ClientError

from consumers.redrive.judgement import Resend
from consumers.redrive.marks import Mark
from consumers.redrive.report import SendReport
from consumers.redrive.sender import CHUNK_EVENTS, WINDOW_EVENTS, Sender, SendingError
from penstock.delivery.outcomes import PutResult
from penstock.errors import AccessDeniedError, ExpiredError, InvalidEventError
from penstock.pace import Pace
from tests.unit.consumers.redrive.failures import a_failed_event

OK = PutResult("shardId-000000000000", "1", ())


class AtOnce(Executor):
    """Runs what is submitted before it answers."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":  # noqa: ANN401 - the base's signature
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except (OSError, ClientError) as error:
            future.set_exception(error)
        return future


class Hanging(Executor):
    """Never runs what is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":  # noqa: ANN401, ARG002 - the base's signature
        return Future()


class FakeProducer:
    """Answers what a test says, payload by payload; the others are acknowledged at once."""

    def __init__(self, **outcomes: Exception) -> None:
        self.outcomes = outcomes
        self.taken: list[bytes] = []
        self.open: list[Future[PutResult]] = []
        self.wait = False

    def put(self, event: bytes, *, partition_key: str | None = None) -> "Future[PutResult]":
        assert partition_key == "ada"
        outcome = self.outcomes.get(event.decode())
        if isinstance(outcome, InvalidEventError):
            raise outcome
        self.taken.append(event)
        future: Future[PutResult] = Future()
        if outcome is not None:
            future.set_exception(outcome)
        elif self.wait:
            self.open.append(future)
        else:
            future.set_result(OK)
        return future


class Sending:
    """A sender and all that it told anybody."""

    def __init__(self, *, rate: float | None = None, **outcomes: Exception) -> None:
        self.producer = FakeProducer(**outcomes)
        self.report = SendReport()
        self.marks: list[tuple[str, Mark]] = []
        self.seconds_left = 60.0
        self.now = 100.0
        self.sender = Sender(
            self.producer,
            lambda key, mark: self.marks.append((key, mark)),
            AtOnce(),
            self.report,
            pace=Pace(rate, lambda: self.now),
            fix_up="lang=und",
            now=lambda: "now",
            seconds_left=lambda: self.seconds_left,
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    def send(self, key: str, number: int, *payloads: str) -> None:
        event = a_failed_event(sequence_number=str(number), sub_sequence_number=0)
        self.sender.send(key, event, Resend("ada", [each.encode() for each in payloads or ("good",)]))


def test_what_is_acknowledged_is_marked_by_object() -> None:
    sending = Sending()
    for number in range(3):
        sending.send("a", number)
    sending.send("b", 3)
    sending.sender.finish()
    assert sending.marks == [
        ("a", Mark(("0.0", "1.0", "2.0"), "now", "sent", "lang=und")),
        ("b", Mark(("3.0",), "now", "sent", "lang=und")),
    ]
    assert (sending.report.sent, sending.report.undelivered) == (4, {})


def test_what_is_not_is_counted_and_stays_unmarked() -> None:
    sending = Sending(old=ExpiredError("too old"), odd=InvalidEventError("no key"))
    sending.send("a", 1, "old")
    sending.send("a", 2, "odd")
    sending.send("a", 3, "good", "old")
    sending.send("a", 4, "good", "good")
    sending.sender.finish()
    assert [mark.places for _, mark in sending.marks] == [("4.0",)]
    assert sending.report.sent == 1
    assert sending.report.undelivered == {"ExpiredError": 2, "InvalidEventError": 1}


def test_events_are_evenly_spread() -> None:
    sending = Sending(rate=10)
    for number in range(31):
        sending.send("a", number)
    assert sending.now - 100.0 == pytest.approx(3.0)


def test_without_a_rate_nothing_waits() -> None:
    sending = Sending()
    for number in range(1_000):
        sending.send("a", number)
    assert sending.now == 100.0


def test_where_nothing_will_be_delivered_it_ends() -> None:
    sending = Sending(any=AccessDeniedError("not allowed to put"))
    sending.send("a", 1, "any")
    with pytest.raises(SendingError, match="not allowed to put"):
        sending.sender.finish()
    sending.sender.give_up()
    assert sending.marks == []


def test_giving_up_marks_what_has_arrived_and_waits_no_longer_for_the_rest() -> None:
    sending = Sending()
    sending.seconds_left = 0.0
    sending.send("a", 1)
    sending.producer.wait = True
    sending.send("a", 2)
    sending.sender.give_up()
    assert [mark.places for _, mark in sending.marks] == [("1.0",)]
    assert sending.report.undelivered == {"Unanswered": 1}


def test_no_wait_is_longer_than_the_time_that_is_left() -> None:
    sending = Sending()
    sending.seconds_left = 0.0
    sending.producer.wait = True
    for number in range(WINDOW_EVENTS + 2 * CHUNK_EVENTS):
        sending.send("a", number)
    sending.sender.finish()
    assert sending.marks == []
    assert sending.report.undelivered == {"Unanswered": WINDOW_EVENTS + 2 * CHUNK_EVENTS}


def test_a_mark_that_hangs_is_not_waited_for_without_end() -> None:
    sending = Sending()
    sending.seconds_left = 0.0
    sending.sender._pool = Hanging()
    sending.send("a", 1)
    sending.sender.finish()
    assert (sending.report.sent, sending.report.undelivered) == (0, {"Unmarked": 1})


def test_giving_up_marks_the_rest_although_one_mark_fails() -> None:
    sending = Sending()
    taken = sending.sender._put_mark

    def fail_for_a(key: str, mark: Mark) -> None:
        if key == "a":
            raise ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")
        taken(key, mark)

    sending.sender._put_mark = fail_for_a
    sending.send("a", 1)
    sending.send("b", 2)
    sending.sender.give_up()
    assert [key for key, _ in sending.marks] == ["b"]
    assert (sending.report.sent, sending.report.undelivered) == (1, {"Unmarked": 1})


def test_a_mark_that_cannot_be_written_is_an_error() -> None:
    sending = Sending()

    def fail(_key: str, _mark: Mark) -> None:
        raise OSError("no room")

    sending.sender._put_mark = fail
    sending.send("a", 1)
    with pytest.raises(OSError, match="no room"):
        sending.sender.finish()
    assert sending.report.sent == 0


def test_events_whose_outcome_is_awaited_are_bounded_and_so_are_marks() -> None:
    sending = Sending()
    for number in range(2 * WINDOW_EVENTS):
        sending.send("a", number)
        assert sending.sender._events <= WINDOW_EVENTS + 1
    assert sending.report.sent < 2 * WINDOW_EVENTS
    sending.sender.finish()
    assert sending.report.sent == 2 * WINDOW_EVENTS
    assert {len(mark.places) for _, mark in sending.marks} == {CHUNK_EVENTS}
