"""Something that is measured while a load runs."""

from typing import Final

import pytest

from load.calibration import loaded
from load.calibration.loaded import Pause, under_load
from load.errors import LoadError
from load.report.model import Finding
from tests.unit.load.report.a_report import report


class NoStack:
    """Nobody sends it anything here."""

    parameters: Final = {"ShardCount": "1"}


def test_a_load_that_breaks_down_is_no_load_to_measure_under(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Finding(kind="limit", text="something broke down: a process ended by itself")
    failed = report().model_copy(update={"ended": "failure", "findings": (broken,)})
    monkeypatch.setattr(loaded, "run", lambda *_, **__: failed)

    def measure(pause: Pause) -> None:
        while True:
            pause(60.0)

    with pytest.raises(LoadError, match="a process ended by itself"):
        under_load(NoStack(), measure)  # type: ignore[arg-type] # as much of a stack as is asked
