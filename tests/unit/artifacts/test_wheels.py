"""Which files belong to which distribution is what pip wrote down, and what is interrupted leaves nothing."""

import subprocess
from pathlib import Path

import pytest

from artifacts.locks import Lock
from artifacts.target import host
from artifacts.wheels import Wheels, files_by_distribution


def test_files_are_told_apart_by_distribution_and_programs_are_left_out(tmp_path: Path) -> None:
    for name in ("one", "Two_Words"):
        (tmp_path / f"{name}-1.dist-info").mkdir()
        (tmp_path / f"{name}-1.dist-info/METADATA").write_text(f"Name: {name}\nVersion: 1\n")
        record = f"{name}/__init__.py,,\n../../bin/{name},,\n{name}-1.dist-info/METADATA,,\n"
        (tmp_path / f"{name}-1.dist-info/RECORD").write_text(record)
    assert files_by_distribution(tmp_path) == {
        canonical: {place: tmp_path / place for place in (f"{name}/__init__.py", f"{name}-1.dist-info/METADATA")}
        for name, canonical in (("one", "one"), ("Two_Words", "two-words"))
    }


def test_what_is_interrupted_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = Lock("one", tmp_path / "one.txt", frozenset({"one"}))
    lock.path.write_text("one==1 \\\n    --hash=sha256:00\n")

    def interrupted(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Wheels(tmp_path / "wheels").unpacked("set", [lock], host())
    assert list((tmp_path / "wheels").iterdir()) == []
