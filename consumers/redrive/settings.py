"""What redrive must know of its stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from consumers import variables
from consumers.ingest.settings import Settings as IngestSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """Read once, from the function's environment or from the stack by its name."""

    stream: str
    """``STREAM``: name of the event stream."""
    ingest: IngestSettings
    """As ingest has them: an event that is folded directly must get the address that ingest would give it."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a variable is missing, or its value can't be used.
        """
        return cls(variables.text(environment, "STREAM"), IngestSettings.read(environment))
