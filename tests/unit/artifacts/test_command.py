"""What is asked for by a wrong name is one line, and SAM's makefile target asks for the right one."""

import subprocess
import sys
from pathlib import Path

import pytest

from artifacts.command import ROOT, main


def test_a_function_that_the_template_does_not_have_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["artifacts", "package", "NoFunction", "--into", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    errors = capsys.readouterr().err
    assert errors.startswith("error: the template has no function 'NoFunction'; it has IngestFunction, ")
    assert errors.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_nothing_is_written_where_one_happens_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["artifacts", "package", "RollupFunction", "--into", ""])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "ARTIFACTS_DIR" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_sams_target_of_a_function_fills_the_folder_that_sam_names() -> None:
    command = ["make", "--dry-run", "build-IngestFunction", "ARTIFACTS_DIR=/some/where"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "-m artifacts package 'IngestFunction' --into '/some/where'" in printed
