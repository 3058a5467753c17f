"""Reports as files."""

import json
from pathlib import Path

from pydantic import ValidationError

from load.errors import InputError
from load.report.model import FORMAT, Report


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
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error
    try:
        return Report.model_validate_json(text)
    except ValidationError as error:
        raise InputError(f"{path} is no report of penstock-load: {_why(text, error)}") from error


def _why(text: bytes, error: ValidationError) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        return "it is no JSON"
    found = document.get("format") if isinstance(document, dict) else None
    if isinstance(found, int) and found != FORMAT:
        return f"its format is {found}, and this version reads {FORMAT}"
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'report'}: {first['msg']}"
