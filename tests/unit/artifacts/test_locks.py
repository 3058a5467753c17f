"""A package gets the lock of just what is imported."""

from pathlib import Path

import pytest

from artifacts.errors import ArtifactError
from artifacts.locks import Locks

PROJECT = """
[dependency-groups]
runtime = ["boto3>=1"]
small = ["PyYAML>=6"]
large = ["pyyaml>=6", "pydantic[email]>=2"]
local = [{ include-group = "small" }, { include-group = "large" }, "click"]
test = ["pytest"]
"""


@pytest.fixture
def locks(tmp_path: Path) -> Locks:
    """Two functions' locks, and the runtime's."""
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "requirements").mkdir()
    pins = {"runtime": "boto3==1\\\n    --hash=x\nbotocore==1\n", "small": "pyyaml==6\n"}
    pins["large"] = "pyyaml==6\npydantic==2\npydantic-core==2\n"
    for name, text in pins.items():
        (tmp_path / "requirements" / f"{name}.txt").write_text(text)
    return Locks(tmp_path)


def test_the_functions_locks_are_those_that_a_local_run_includes(locks: Locks) -> None:
    assert [lock.group for lock in locks.of_functions] == ["small", "large"]


@pytest.mark.parametrize(
    ("modules", "group"),
    [
        ({"yaml"}, "small"),
        ({"yaml", "boto3", "botocore"}, "small"),
        ({"yaml", "pydantic"}, "large"),
        ({"yaml", "pydantic", "pydantic_core"}, "large"),
    ],
)
def test_a_lock_fits_that_holds_what_is_imported_and_asks_for_nothing_else(
    locks: Locks, modules: set[str], group: str
) -> None:
    assert locks.fitting("F", modules).group == group


@pytest.mark.parametrize("modules", [set(), {"pydantic"}, {"yaml", "werkzeug"}, {"yaml", "pydantic_core"}])
def test_what_no_group_is_gets_none(locks: Locks, modules: set[str]) -> None:
    with pytest.raises(ArtifactError, match=r"F imports .*, and no group of pyproject\.toml is just that"):
        locks.fitting("F", modules)


def test_what_is_not_installed_is_named(locks: Locks) -> None:
    with pytest.raises(ArtifactError, match="no_such_module is imported, and no installed distribution has it"):
        locks.fitting("F", {"no_such_module"})
