"""An alert: what is told of one value and one window."""

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

ID_CHARACTERS: Final = 32


class Severity(StrEnum):
    """How far beyond the least score."""

    MODERATE = "moderate"
    HIGH = "high"
    """Twice the least score or more."""

    @classmethod
    def of(cls, score: float, least: float) -> "Severity":
        """Return the severity of a score where `least` is enough for an alert."""
        return cls.HIGH if score >= 2 * least else cls.MODERATE


@dataclass(frozen=True, slots=True)
class Alert:
    """A value that was counted abnormally often in a window. Times are epoch seconds."""

    dimension: str
    value: str
    start: int
    end: int
    """The window: `end` does not belong to it."""
    count: int
    usual: float
    """The count that the value's past let expect."""
    score: float
    severity: Severity
    since: int
    """Start of the first minute of the window that alone was above what is usual."""
    new: bool
    """Whether it was not counted at all in the time that the window was compared with."""

    @property
    def id(self) -> str:
        """The same for the same value and window, whoever finds the alert, and however often; of no other."""
        named = json.dumps([self.dimension, self.value, self.start, self.end]).encode()
        return hashlib.sha256(named).hexdigest()[:ID_CHARACTERS]

    @property
    def key(self) -> tuple[str, str]:
        """Dimension and value."""
        return self.dimension, self.value

    @property
    def minutes(self) -> int:
        """Length of the window."""
        return (self.end - self.start) // 60

    def to_json(self) -> dict[str, Any]:
        """Return its fields as JSON has them."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            TypeError: a field is missing, or unknown.
            ValueError: the severity is unknown.
        """
        return cls(**{**fields, "severity": Severity(fields["severity"])})
