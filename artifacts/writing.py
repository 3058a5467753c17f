"""Writes a package as a folder and as an archive that depend on nothing but its files' places and bytes."""

import os
import shutil
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from artifacts.contents import Contents

_TIME: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
"""When every file was last changed. Noon, so that the archives that SAM makes, in local time, say the same day."""
_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
_UNIX: Final = 3


def write_folder(files: Contents, folder: Path) -> None:
    """Fill a folder, which need not exist and may hold other files already, as the one that SAM gives does."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, source in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes())
        path.chmod(_FILE_MODE)
        _set_time(path)
    folders = {each for place in files for each in (folder / place).parents if each.is_relative_to(folder)}
    for each in _deepest_first(folders):
        each.chmod(_FOLDER_MODE)
        _set_time(each)


def replace_folder(files: Contents, folder: Path) -> None:
    """Make a folder hold these files and no others; nobody sees it half filled."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(dir=folder.parent, prefix=".unfinished-"))
    try:
        write_folder(files, unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def write_archive(files: Contents, path: Path) -> None:
    """Write a zip archive, as Lambda takes it, without entries for folders."""
    unfinished = path.with_name(f".unfinished-{path.name}")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for place, source in files.items():
            entry = zipfile.ZipInfo(place, _TIME.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = (0o100000 | _FILE_MODE) << 16
            archive.writestr(entry, source.read_bytes())
    unfinished.replace(path)


def _set_time(path: Path) -> None:
    os.utime(path, (_TIME.timestamp(), _TIME.timestamp()))


def _deepest_first(folders: Iterable[Path]) -> list[Path]:
    return sorted(folders, key=lambda each: len(each.parts), reverse=True)
