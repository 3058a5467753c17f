"""Files that people give: read and checked, or refused in one line."""

import os
from pathlib import Path

import pytest
from pydantic import BaseModel

from load import documents
from load.documents import read_document
from load.errors import InputError


class Known(BaseModel):
    """What is expected."""

    number: int


def test_a_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text('{"number": 3}', encoding="utf-8")
    assert read_document(path, Known, "list").number == 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"number": "many"}', "is no list: number: Input should be a valid integer.*, not 'many'"),
        (b"{}", "is no list: number: Field required$"),
        (b"\xff", "is no list: the file: Invalid JSON"),
        (b"[" * 10_000, "is no list: the file: Invalid JSON"),
    ],
)
def test_what_is_none_is_told_with_place_and_value(tmp_path: Path, text: bytes, why: str) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(text)
    with pytest.raises(InputError, match=rf"known\.json {why}"):
        read_document(path, Known, "list")


def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (Path("/dev/zero"), tmp_path / "pipe", tmp_path):
        with pytest.raises(InputError, match=f"{path} can't be read: it is no regular file; make one"):
            read_document(path, Known, "list", remedy="; make one")


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES", 4)
    path = tmp_path / "known.json"
    path.write_text('{"number": 3}', encoding="utf-8")
    with pytest.raises(InputError, match="it has 13 bytes, and 4 are the most"):
        read_document(path, Known, "list")
