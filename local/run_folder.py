"""The folder of one run's logs, so that two runs of one checkout do not write into each other's."""

import contextlib
import os
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from local.errors import StackError

KEPT: Final = 5
"""Folders of earlier runs that stay."""

LATEST: Final = "latest"
"""The link to the folder of the run whose services were last to listen."""

_NAME: Final = re.compile(r"\d{8}T\d{6}\.\d{6}Z-(\d{1,9})")


def new_run_folder(directory: Path, now: datetime) -> Path:
    """Make the folder ``<start>-<process id>`` in `directory`, and remove the oldest ones.

    Args:
        directory: Where all runs' folders lie; made if need be.
        now: The start, in UTC.

    Raises:
        StackError: it can't be made.
    """
    folder = directory / f"{now:%Y%m%dT%H%M%S.%fZ}-{os.getpid()}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
    except OSError as error:
        raise _no_log(error, folder) from error
    _prune(directory)
    return folder


def point_latest(folder: Path) -> None:
    """Point `LATEST` at a run's folder: once its services listen, so that a run that fails first takes it from none."""
    link = folder.with_name(f".{folder.name}")
    with contextlib.suppress(OSError):  # the link is a convenience, which not every file system has
        link.symlink_to(folder.name)
        try:
            link.replace(folder.with_name(LATEST))
        finally:
            link.unlink(missing_ok=True)


def open_log(path: Path) -> IO[bytes]:
    """Open a new log.

    Raises:
        StackError: it can't be written.
    """
    try:
        return path.open("wb")
    except OSError as error:
        raise _no_log(error, path) from error


def _prune(directory: Path) -> None:
    """Remove the folders of all but the last runs that have ended."""
    found = [(each, match) for each in directory.iterdir() if (match := _NAME.fullmatch(each.name))]
    ended = sorted(each for each, match in found if not _runs(int(match[1])))
    for folder in ended[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)  # another user's stays, and does no harm


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True


def _no_log(error: OSError, path: Path) -> StackError:
    return StackError(f"{error.filename or path}: {error.strerror}; logs must go somewhere")
