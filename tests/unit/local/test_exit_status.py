"""Which status ``python -m local run`` ends with, by how the run ended."""

import signal

import pytest
from click.testing import CliRunner

from local.__main__ import cli
from local.run import pipeline
from local.run.lag import LagSummary
from local.run.pipeline import Outcome
from local.run.report import Ledger
from local.run.view import Status

STATUS = Status(
    phase="ended",
    elapsed=1.0,
    url="http://127.0.0.1:0",
    endpoint="http://127.0.0.1:1",
    ledger=Ledger(1, 1, 0),
    refused=0,
    lag=LagSummary(0.0, 0.0, 0.0),
    top_hashtags=[],
    alerts=0,
    newest_alerts=[],
)


@pytest.mark.parametrize(
    ("fault", "interrupt", "expected"),
    [
        (None, None, 0),
        ("1 event is missing", None, 1),
        ("1 event is missing", signal.SIGINT, 1),
        (None, signal.SIGINT, 130),
        (None, signal.SIGTERM, 143),
    ],
)
def test_missing_events_weigh_more_than_an_interrupt(
    monkeypatch: pytest.MonkeyPatch, fault: str | None, interrupt: int | None, expected: int
) -> None:
    monkeypatch.setattr(pipeline, "run", lambda *_: Outcome(STATUS, fault, interrupt))
    ended = CliRunner().invoke(cli, ["run"])
    assert ended.exit_code == expected
    assert ended.stderr == (f"error: {fault}\n" if fault else "")
