"""A fix-up's function is found by its name, or it is said what is missing."""

import sys
from pathlib import Path

import pytest

from consumers.redrive.command.function import FunctionError, load


def test_a_module_in_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mending_found.py").write_text("def same(event):\n    return event\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert load("mending_found:same")({"a": 1}) == {"a": 1}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mending", "named MODULE:FUNCTION"),
        (":f", "named MODULE:FUNCTION"),
        ("no_such_module_here:f", "can't be imported: ModuleNotFoundError"),
        ("json:no_such_function", "has no function 'no_such_function'"),
        ("sys:path", "has no function 'path'"),
    ],
)
def test_what_is_missing_is_said(name: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(FunctionError, match=message):
        load(name)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "imported: E$"),
    ],
)
def test_a_module_that_fails_is_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    (tmp_path / "mending_broken.py").write_text(f"{code}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(FunctionError, match=message):
        load("mending_broken:f")
