"""A run whose terminal is closed, and one that was started to outlive it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from load.report.files import read_report
from tests.integration.test_load_run import ROOT, ended, start

ON_ITS_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from load.__main__ import main; main()"
"""What makes standard input the terminal whose end is told to all processes that were started from it."""
TOLD = ["run", "--target", "stub", "--profile", "steady:100", "--warm-up", "0", "--settle", "0"]


def test_a_closed_terminal_ends_a_run_that_still_writes_its_report(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    screen, terminal = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ON_ITS_TERMINAL, *TOLD, "--duration", "10m", "--report", str(report)],
        cwd=ROOT,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""
    while b"measuring" not in shown:
        shown = shown[-100:] + os.read(screen, 4096)
    os.close(screen)
    assert process.wait(60) == 128 + signal.SIGHUP
    found = read_report(report)
    assert (found.ended, found.partial) == ("interrupt", True)
    assert found.events.sent == found.events.accepted


def test_a_run_that_was_started_by_nohup_goes_on(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start(*TOLD, "--duration", "2s", "--report", str(report))
    finally:
        signal.signal(signal.SIGHUP, before)
    assert process.stderr is not None
    while "measuring" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGHUP)
    status, _, errors = ended(process)
    assert status == 0, errors
    assert (read_report(report).ended, read_report(report).partial) == ("time", False)
