"""`penstock-load` as a person runs it: what it prints, writes and ends with."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from load.report.files import read_report

ROOT = Path(__file__).resolve().parents[2]


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "load", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "COLUMNS": "120"},
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors
    return process.returncode, out, errors


def test_a_run_into_a_stubbed_stream_sends_its_schedule_in_several_processes(tmp_path: Path) -> None:
    report, page = tmp_path / "report.json", tmp_path / "report.html"
    told = [
        "--target",
        "stub:3",
        "--profile",
        "steady:2000",
        "--duration",
        "3s",
        "--warm-up",
        "1s",
        "--arrivals",
        "even",
    ]
    status, out, errors = ended(start("run", *told, "--processes", "2", "--report", str(report), "--page", str(page)))
    assert status == 0, errors
    assert "schedule error" in out
    found = read_report(report)
    assert (found.ended, found.partial, found.events.failed) == ("time", False, 0)
    assert found.events.scheduled == 6_000
    assert found.events.sent == found.events.accepted == pytest.approx(6_000, abs=100)
    assert len(found.shards) == 3
    assert found.generator is not None
    assert found.generator.schedule_error is not None
    assert found.generator.schedule_error.count == pytest.approx(6_000, abs=10)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_silence_in_the_end_is_measured_too(tmp_path: Path) -> None:
    schedule, report = tmp_path / "quiet.yaml", tmp_path / "report.json"
    schedule.write_text("- {rate: 50, for: 1s}\n- {rate: 0, for: 2s}\n", encoding="utf-8")
    told = ["--target", "stub", "--profile", str(schedule), "--warm-up", "0s", "--settle", "0", "--report", str(report)]
    status, _, errors = ended(start("run", *told))
    assert status == 0, errors
    found = read_report(report)
    assert (found.ended, found.partial, found.workload.seconds) == ("time", False, 3.0)
    assert found.events.sent == found.events.accepted > 0


def test_an_interrupted_run_still_writes_its_report_marked_as_partial(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    process = start(
        "run",
        "--target",
        "stub",
        "--profile",
        "steady:100",
        "--duration",
        "10m",
        "--warm-up",
        "0",
        "--report",
        str(report),
    )
    assert process.stderr is not None
    while "measuring" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    status, out, _ = ended(process)
    assert status == 130
    assert "PARTIAL: ended by interrupt before its time" in out
    found = read_report(report)
    assert (found.ended, found.partial) == ("interrupt", True)
    assert 0 < found.workload.seconds < 590


def test_so_many_events_end_a_run(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    told = ["--target", "stub", "--profile", "steady:500", "--duration", "10m", "--warm-up", "0", "--stop-count", "700"]
    status, _, errors = ended(start("run", *told, "--report", str(report)))
    assert status == 0, errors
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["ended"] == "count"
    assert 700 <= found["events"]["sent"] <= 700 + 2 * 500
