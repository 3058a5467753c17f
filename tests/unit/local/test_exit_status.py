"""Which status ``python -m local run`` ends with, by how the run ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from local.command import ROOT, cli
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


def test_an_interrupt_while_it_is_still_importing_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n")
    ended = subprocess.run(
        [sys.executable, "-m", "local", "run"],
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr == "ended before the accounts were settled\n"
