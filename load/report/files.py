"""Reports as files."""

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
    """Make sure that a report could be written in the end.

    Raises:
        InputError: it could not.
    """
    existed = path.exists()
    try:
        with path.open("ab"):
            pass
    except OSError as error:
        raise InputError(f"{path} can't be written: {error.strerror}") from error
    if not existed:
        path.unlink()


def read_report(path: Path) -> Report:
    """Read a report.

    Raises:
        InputError: there is none, or it can't be read.
    """
    return read_document(path, Report, "report of penstock-load")
