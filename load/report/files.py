"""Reports as files."""

from os.path import realpath
from pathlib import Path

from load.documents import read_document
from load.errors import InputError
from load.report.model import Report


def write_report(path: Path, report: Report) -> None:
    """Write a report as JSON.

    Raises:
        OSError: it can't be written.
    """
    path.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")


def check_writable(path: Path) -> None:
    """Make sure that a report could be written in the end, and leave everything as it was.

    Raises:
        InputError: it could not.
    """
    place = Path(realpath(path))
    try:
        existed = path.exists()
        # A named pipe would be waited for. One that was inherited, as /dev/stdout may be, is nowhere, and open already.
        if place.exists() and not (place.is_file() or place.is_char_device()):
            raise InputError(f"{path} can't be written: it is no regular file")
        with path.open("ab"):
            pass
        if not existed:
            place.unlink()
    except OSError as error:
        raise InputError(f"{path} can't be written: {error.strerror}") from error


def read_report(path: Path) -> Report:
    """Read a report.

    Raises:
        InputError: there is none, or it can't be read.
    """
    return read_document(path, Report, "report of penstock-load")
