"""A load that does not come to its end is none to calibrate by."""

from typing import Final, cast

import pytest

from load.calibration import loaded
from load.calibration.loaded import load
from load.errors import LoadError
from load.report.model import Finding
from local.stack import LocalStack
from tests.unit.load.report.a_report import report


class NoStack:
    """Nobody sends it anything here."""

    parameters: Final = {"ShardCount": "1"}


STACK = cast("LocalStack", NoStack())


def ended(monkeypatch: pytest.MonkeyPatch, **update: object) -> None:
    monkeypatch.setattr(loaded, "run", lambda *_, **__: report().model_copy(update=update))


def test_one_that_breaks_down_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Finding(kind="limit", text="something broke down: a process ended by itself")
    ended(monkeypatch, ended="failure", findings=(broken,))
    with pytest.raises(LoadError, match="a process ended by itself"):
        load(STACK, 60.0, lambda _: None)


def test_one_that_the_user_ends_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    ended(monkeypatch, ended="interrupt")
    with pytest.raises(KeyboardInterrupt):
        load(STACK, 60.0, lambda _: None)


def test_one_that_ends_with_its_time_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ended(monkeypatch, ended="time")
    load(STACK, 60.0, lambda _: None)
