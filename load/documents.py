"""JSON files that people give: read and checked, or refused in one line."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from load.errors import InputError

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_document(path: Path, model: type[ModelT], kind: str, *, remedy: str = "") -> ModelT:
    """Read a file that holds a `model`, which people call `kind`; `remedy` is added where it can't be read.

    Raises:
        InputError: it can't be read, or is none.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}{remedy}") from error
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(f"{path} is no {kind}: {where}: {first['msg']}") from error
