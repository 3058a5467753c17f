"""Whose a payload is. Pure; an author's name never leaves this module in a message."""

import json
from enum import Enum
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from consumers.redrive.selection import json_object
from penstock.events import Platform

_PLATFORM: Final = TypeAdapter[str](Platform)


class Verdict(Enum):
    """Whose a payload is."""

    THEIRS = "theirs"
    """It says so."""
    UNCLEAR = "unclear"
    """It can't be read far enough to say whose it is, and the author's name is somewhere in it."""
    ANOTHERS = "anothers"


class Author(NamedTuple):
    """The author whose records are erased."""

    platform: str
    name: str

    @property
    def can_count(self) -> bool:
        """Whether the platform is one that a valid event can have; refused events may have any."""
        try:
            _PLATFORM.validate_python(self.platform)
        except ValidationError:
            return False
        return True

    def of(self, data: bytes, partition_key: str) -> Verdict:
        """Tell whose a payload is, by the fields that ingest reads.

        A text of someone else's that names the author is someone else's.
        """
        fields = json_object(data)
        if fields is not None:
            platform, author = fields.get("platform"), fields.get("author")
            if isinstance(platform, str) and isinstance(author, str):
                return Verdict.THEIRS if (platform, author) == self else Verdict.ANOTHERS
        return Verdict.UNCLEAR if partition_key == self.name or self.is_named_in(data) else Verdict.ANOTHERS

    def is_named_in(self, data: bytes) -> bool:
        """Tell whether the name is anywhere in the bytes, as text or as JSON writes it, once or twice over."""
        escaped = json.dumps(self.name)[1:-1]
        return any(form.encode() in data for form in {self.name, escaped, json.dumps(escaped)[1:-1]})
