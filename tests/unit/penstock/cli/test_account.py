"""What became of each line, in bounded memory."""

from concurrent.futures import Future
from io import BytesIO

import pytest

from penstock.aggregation import UserRecord
from penstock.cli.put import account as module
from penstock.cli.put.account import Account
from penstock.cli.put.lines import BadLineError
from penstock.delivery.outcomes import PutResult
from penstock.errors import AccessDeniedError, DeliveryError, EventTooLargeError, InvalidEventError

RESULT = PutResult("shardId-0", "1", ())


def done(error: DeliveryError | None = None) -> "Future[PutResult]":
    future: Future[PutResult] = Future()
    if error is None:
        future.set_result(RESULT)
    else:
        future.set_exception(error)
    return future


def test_outcomes_are_counted_by_kind_and_the_first_of_each_is_told() -> None:
    told: list[str] = []
    account = Account(told.append, None)
    account.add(1, done())
    for number in (2, 3):
        account.add(number, done(EventTooLargeError("10 bytes too many")))
    account.invalid(4, b"{", BadLineError("no JSON"))
    account.invalid(5, b"{}", InvalidEventError("not an event"))
    assert (account.accepted, account.acknowledged, account.failed, account.pending) == (3, 1, 4, 0)
    assert account.failures == {"event too large": 2, "invalid": 2}
    assert told == [
        "line 2 was not delivered: 10 bytes too many; others of this kind are counted",
        "line 4: no JSON",
        "line 5: not an event",
    ]
    assert account.hopeless is None


def test_lines_that_were_not_delivered_are_kept_events_as_they_were_sent() -> None:
    file = BytesIO()
    account = Account(lambda _: None, file)
    account.invalid(1, b"{not json", BadLineError("no JSON"))
    account.invalid(2, None, BadLineError("too long"))
    account.add(3, done(EventTooLargeError("too large", event=UserRecord("ada", None, b'{"event_id":"x"}'))))
    account.add(4, done())
    assert file.getvalue() == b'{not json\n{"event_id":"x"}\n'


def test_a_refusal_that_will_meet_every_event_is_known() -> None:
    account = Account(lambda _: None, None)
    error = AccessDeniedError("no permission")
    account.add(1, done(error))
    assert account.hopeless is error


def test_one_event_without_an_outcome_does_not_keep_all_that_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_EVENTS", 100)
    account = Account(lambda _: None, None)
    stuck: Future[PutResult] = Future()
    account.add(1, stuck)
    most = 0
    for number in range(2, 10_000):
        account.add(number, done())
        most = max(most, account.pending)
    assert most <= 65_536
    stuck.set_result(RESULT)
    account.settle_all()
    assert (account.pending, account.acknowledged) == (0, 9_999)
