"""Each run has a folder of logs of its own; a few earlier ones stay; what can't be written is named."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.errors import StackError
from local.run_folder import KEPT, new_run_folder, open_log, point_latest

NOW = datetime(2026, 4, 29, 9, 30, 12, 345, tzinfo=UTC)


def an_ended_process() -> int:
    """Return the id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_two_runs_have_folders_of_their_own_and_the_link_names_the_later(tmp_path: Path) -> None:
    first = new_run_folder(tmp_path / "runs", NOW)
    point_latest(first)
    second = new_run_folder(tmp_path / "runs", NOW + timedelta(microseconds=1))
    assert (tmp_path / "runs" / "latest").resolve() == first.resolve()
    point_latest(second)
    assert first.name == f"20260429T093012.000345Z-{os.getpid()}"
    assert first.is_dir()
    assert (tmp_path / "runs" / "latest").resolve() == second.resolve()


def test_the_oldest_runs_that_have_ended_go(tmp_path: Path) -> None:
    ended = an_ended_process()
    folders = [tmp_path / f"20260428T00000{number}.000000Z-{ended}" for number in range(KEPT + 2)]
    running = tmp_path / f"20260427T000000.000000Z-{os.getpid()}"
    strange = tmp_path / "notes"
    for folder in (*folders, running, strange):
        folder.mkdir()
        (folder / "stack.log").touch()
    new = new_run_folder(tmp_path, NOW)
    point_latest(new)
    assert {each.name for each in tmp_path.iterdir()} == {
        *(each.name for each in folders[2:]),
        running.name,
        strange.name,
        new.name,
        "latest",
    }


def test_a_link_that_cannot_be_made_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    point_latest(new_run_folder(tmp_path, NOW))
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    new_run_folder(tmp_path, NOW)
    with pytest.raises(StackError, match=rf"{tmp_path}/2026.*: File exists; logs must go somewhere"):
        new_run_folder(tmp_path, NOW)


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "services.log").mkdir()
    with pytest.raises(StackError, match=r"services\.log: Is a directory; logs must go somewhere"):
        open_log(tmp_path / "services.log")
