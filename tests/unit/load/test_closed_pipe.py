"""Who reads the output may have enough of it, as ``… | head`` does: the command ends quietly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from load.report.files import read_report
from tests.unit.load.a_process import ROOT, ended


@pytest.mark.parametrize("arguments", [["cost", "--profile", "steady:10"], ["--help"]])
def test_a_reader_who_has_gone_is_no_failure(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        found = ended(*arguments, stdout=writing)
    finally:
        os.close(writing)
    assert found == (0, "")


@pytest.mark.parametrize("both", [False, True], ids=["standard error", "standard output too"])
def test_progress_that_nobody_reads_any_more_does_not_end_a_run(tmp_path: Path, *, both: bool) -> None:
    report, out = tmp_path / "report.json", tmp_path / "out.txt"
    told = ["--target", "stub", "--profile", "steady:50", "--duration", "2s", "--warm-up", "1s", "--settle", "0"]
    reading, writing = os.pipe()
    with out.open("wb") as summary, os.fdopen(reading, "rb") as progress:
        process = subprocess.Popen(
            [sys.executable, "-m", "load", "run", *told, "--report", str(report)],
            cwd=ROOT,
            stdout=writing if both else summary,
            stderr=writing,
        )
        os.close(writing)
        assert b"warming up" in progress.readline()
    assert process.wait(60) == 0
    found = read_report(report)
    assert (found.ended, found.partial) == ("time", False)
    assert ("schedule error" in out.read_text(encoding="utf-8")) is not both
