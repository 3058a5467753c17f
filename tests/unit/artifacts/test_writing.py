"""A package is the same to the bit, whoever writes it, when and where."""

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from artifacts.contents import Contents
from artifacts.writing import replace_folder, write_archive, write_folder


def files(folder: Path, *, mode: int, changed: float) -> Contents:
    """Write two files, with what a checkout and a wheel may make of modes and times."""
    folder.mkdir()
    for place, text in (("thing/a.py", "a = 1\n" * 100), ("thing.py", "")):
        path = folder / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        os.utime(path, (changed, changed))
    return {place: folder / place for place in ("thing.py", "thing/a.py")}


@pytest.fixture
def umask() -> Iterator[None]:
    """A user who lets nobody read."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def described(folder: Path) -> list[tuple[str, int, float, bytes]]:
    return sorted(
        (
            path.relative_to(folder).as_posix(),
            stat.S_IMODE(path.stat().st_mode),
            path.stat().st_mtime,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in (folder, *folder.rglob("*"))
    )


@pytest.mark.usefixtures("umask")
def test_archives_and_folders_are_equal_whatever_the_modes_and_times_of_their_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = files(tmp_path / "one", mode=0o600, changed=1_000_000_000)
    two = files(tmp_path / "two", mode=0o755, changed=1_700_000_000)
    write_archive(one, tmp_path / "one.zip")
    replace_folder(one, tmp_path / "first")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    write_archive(two, tmp_path / "two.zip")
    replace_folder(two, tmp_path / "second")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert described(tmp_path / "first") == described(tmp_path / "second")
    assert {mode for _, mode, _, _ in described(tmp_path / "first")} == {0o644, 0o755}, "Lambda reads as another user"


def test_an_archive_holds_the_files_alone_readable_by_all(tmp_path: Path) -> None:
    whole = files(tmp_path / "one", mode=0o600, changed=1_000_000_000)
    write_archive(whole, tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == list(whole)
        assert {each.external_attr >> 16 for each in archive.infolist()} == {0o100644}
        assert archive.read("thing/a.py") == whole["thing/a.py"].read_bytes()


def test_a_folder_is_replaced_whole_and_one_that_is_given_is_filled(tmp_path: Path) -> None:
    whole = files(tmp_path / "one", mode=0o600, changed=1_000_000_000)
    folder = tmp_path / "there"
    folder.mkdir()
    (folder / "older.py").touch()
    write_folder(whole, folder)
    assert (folder / "older.py").exists()
    replace_folder(whole, folder)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py")) == sorted(whole)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
