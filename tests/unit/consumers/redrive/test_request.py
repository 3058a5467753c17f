"""What the function is invoked with is checked before anything is done."""

from typing import Any

import pytest

from consumers.failed_events import Reason
from consumers.redrive.fix_up import FixUpError
from consumers.redrive.marks import Mark
from consumers.redrive.request import Request, RequestError
from consumers.redrive.selection import SelectionError


def test_a_request_says_what_is_meant_and_what_to_change() -> None:
    request = Request.read({"action": "send", "reasons": ["future"], "days": ["2026-11-21"], "set": ["lang=und"]})
    assert request.selection.reasons == {Reason.FUTURE}
    assert request.selection.days == {"2026-11-21"}
    assert str(request.fix_up) == "lang=und"
    assert not any([request.again, request.dry_run, request.unchecked])


@pytest.mark.parametrize(
    ("event", "error", "message"),
    [
        ({}, RequestError, "action: Field required"),
        ({"action": "erase"}, RequestError, "action: Input should be 'list', 'send' or 'fold'"),
        ({"action": "send", "all": True, "speed": 3}, RequestError, "speed: Extra inputs"),
        ({"action": "send"}, RequestError, "say which are meant"),
        ({"action": "send", "all": True, "days": ["2026-11-21"]}, RequestError, "and not both"),
        ({"action": "fold", "reasons": ["future"]}, RequestError, "fold has no use for reasons"),
        ({"action": "send", "all": True, "rate": 0}, RequestError, "rate"),
        ({"action": "send", "all": True, "rate": 1e-6}, RequestError, "rate"),
        ({"action": "send", "all": "yes"}, RequestError, "all: Input should be a valid boolean"),
        ({"action": "send", "all": 1}, RequestError, "all: Input should be a valid boolean"),
        ({"action": "send", "all": True, "again": 1}, RequestError, "again"),
        ({"action": "send", "all": True, "again": "yes"}, RequestError, "again"),
        ({"action": "fold", "all": True, "rate": 5, "set": []}, RequestError, "fold has no use for rate, set"),
        ({"action": "list", "dry_run": True}, RequestError, "list has no use for dry_run"),
        ({"action": "fold"}, RequestError, "by day or key"),
        ({"action": "send", "days": ["today"]}, SelectionError, "a day is a date"),
        ({"action": "list", "days": ["today"]}, SelectionError, "a day is a date"),
        ({"action": "send", "all": True, "set": ["x=y"]}, FixUpError, "FIELD=VALUE"),
    ],
)
def test_what_cannot_be_understood_is_named(event: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Request.read(event)


def test_a_run_that_goes_on_does_again_only_what_was_marked_before_it_began() -> None:
    first = Request.read({"action": "send", "all": True, "again": True}).begun("2026-11-22T03:00:00.000001+00:00")
    assert first.again_before == "2026-11-22T03:00:00.000001+00:00"
    second = Request.read({"action": "send", "all": True, "again": first.again_before})
    assert second.begun("2026-11-22T04:00:00.000000+00:00").again_before == first.again_before
    once = Request.read({"action": "send", "all": True})
    assert once.begun("2026-11-22T03:00:00.000000+00:00").again_before is None
    assert Mark((), "2026-11-22T02:59:59+00:00", "sent").is_since(None)
    assert not Mark((), "2026-11-22T03:00:00+00:00", "sent").is_since(first.again_before)
    assert Mark((), "2026-11-22T03:00:00.000001+00:00", "sent").is_since(first.again_before)


def test_listing_everything_needs_no_more_words() -> None:
    assert not Request.read({"action": "list"}).selection
