"""Which stream a spool's events are for: those that one producer left must not go to another one's stream."""

import os
from pathlib import Path
from typing import Final

from penstock.errors import SpoolError
from penstock.stream_name import name_of

_FILE: Final = "stream"


def claim(directory: Path, stream: str, *, holds_events: bool) -> None:
    """Note that the spool is for a stream from now on.

    Args:
        directory: the spool's, which nobody else uses.
        stream: name or ARN. A name fits the ARN that ends with it, since which account it is in is not known.
        holds_events: whether an earlier process left events.

    Raises:
        SpoolError: if it left them for another stream, or the note cannot be written.
    """
    note = directory / _FILE
    try:
        former = note.read_text(encoding="ascii") if note.exists() else None
        if holds_events and former is not None and not _same(former, stream):
            raise SpoolError(
                f"the spool {directory} holds events for {former:.200}, not for {stream}: use another directory, or "
                f"send them first, by a producer for {former:.200} with this spool"
            )
        if former != stream:
            written = directory / f"{_FILE}.new"
            with written.open("w", encoding="ascii") as file:
                file.write(stream)
                file.flush()
                os.fsync(file.fileno())
            written.replace(note)
    except (OSError, ValueError) as error:
        raise SpoolError(f"the note {note} of the spool's stream cannot be used: {error}") from error


def _same(former: str, stream: str) -> bool:
    return former == stream or (name_of(former) == name_of(stream) and name_of(stream) in (former, stream))
