"""What the function is invoked with is checked before anything is done."""

from typing import Any

import pytest

from consumers.failed_events import Reason
from consumers.redrive.fix_up import FixUpError
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
        ({"action": "fold", "reasons": ["future"]}, RequestError, "neither reason nor author"),
        ({"action": "send", "all": True, "rate": 0}, RequestError, "rate"),
        ({"action": "send", "days": ["today"]}, SelectionError, "a day is a date"),
        ({"action": "send", "all": True, "set": ["x=y"]}, FixUpError, "FIELD=VALUE"),
    ],
)
def test_what_cannot_be_understood_is_named(event: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Request.read(event)


def test_listing_everything_needs_no_more_words() -> None:
    assert not Request.read({"action": "list"}).selection
