"""Files that people give: read and checked, or refused in one line."""

from pathlib import Path
from stat import S_ISREG
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from load.errors import InputError

ModelT = TypeVar("ModelT", bound=BaseModel)

MOST_BYTES: Final = 64 * 2**20
"""Of a file that is read as a whole; the reports of the longest runs have some."""


def check_regular(path: Path) -> int:
    """Return a file's size in bytes, if it is one that has an end: no device, no pipe, no folder.

    Raises:
        InputError: it is none, or can't be asked.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error
    if not S_ISREG(found.st_mode):
        raise InputError(f"{path} can't be read: it is no regular file")
    return found.st_size


def read_bytes(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        InputError: it is no regular file, larger than `MOST_BYTES`, or can't be read.
    """
    if (size := check_regular(path)) > MOST_BYTES:
        raise InputError(f"{path} can't be read: it has {size:,} bytes, and {MOST_BYTES:,} are the most")
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error


def read_document(path: Path, model: type[ModelT], kind: str, *, remedy: str = "") -> ModelT:
    """Read a JSON file that holds a `model`, which people call `kind`; each refusal ends with `remedy`.

    Raises:
        InputError: it can't be read, or is none.
    """
    try:
        text = read_bytes(path)
    except InputError as error:
        raise InputError(f"{error}{remedy}") from error
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        why = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{path} is no {kind}: {where}: {why}{_found(first['input'])}{remedy}") from error


def _found(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return f", not {value!r:.60}" if isinstance(value, str | int | float) else ""
