"""A package holds what Python needs at run time, and what names it."""

from pathlib import Path

import pytest

from artifacts.contents import Contents, contents, digest
from artifacts.errors import ArtifactError

INSTALLED = [
    "thing/__init__.py",
    "thing/_fast.cpython-314-aarch64-linux-gnu.so",
    "thing/rules.json",
    "thing-1.dist-info/METADATA",
    "thing-1.dist-info/licenses/LICENSE.txt",
    "thing-1.dist-info/NOTICE",
]
NOISE = [
    "thing/__pycache__/__init__.cpython-311.pyc",
    "thing/__init__.pyi",
    "thing/py.typed",
    "thing/_fast.c",
    "thing-stubs/__init__.py",
    "thing-1.dist-info/RECORD",
    "thing-1.dist-info/WHEEL",
    "thing-1.dist-info/INSTALLER",
    "thing-1.dist-info/REQUESTED",
    "thing-1.dist-info/direct_url.json",
    "thing-1.dist-info/sboms/thing.cdx.json",
]


def written(folder: Path, *places: str) -> Contents:
    """Write files that hold their places."""
    for place in places:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(place)
    return {place: folder / place for place in places}


def test_what_tools_need_and_what_tells_of_the_installation_is_left_out(tmp_path: Path) -> None:
    whole = contents({}, [written(tmp_path, *INSTALLED, *NOISE)])
    assert list(whole) == sorted(INSTALLED)


def test_own_files_are_all_kept_and_all_are_in_order(tmp_path: Path) -> None:
    whole = contents(written(tmp_path / "own", "own/z.css", "own/__init__.py"), [written(tmp_path, "thing/a.py")])
    assert list(whole) == ["own/__init__.py", "own/z.css", "thing/a.py"]


def test_a_file_of_two_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"thing/a\.py is both .*one.* and .*two.*; leave one of them out"):
        contents(written(tmp_path / "one", "thing/a.py"), [written(tmp_path / "two", "thing/a.py")])


def test_a_digest_is_of_places_and_bytes(tmp_path: Path) -> None:
    one = written(tmp_path / "one", "a/b.py", "c.py")
    assert digest(one) == digest(written(tmp_path / "two", "a/b.py", "c.py"))
    assert digest(one) != digest({"a/b.py": one["a/b.py"], "d.py": one["c.py"]})
    assert digest(one) != digest({"a/b.py": one["a/b.py"], "c.py": one["a/b.py"]})
