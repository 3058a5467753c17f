"""What a run loads."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from load.generator.stream import StreamAddress
from load.report.model import Function, Table
from load.runs.reporting_api import ReportingApi


class Insides(NamedTuple):
    """What a target tells of itself, of the measured time.

    Attributes:
        functions: by their logical id in the template.
        tables: by name.
    """

    functions: Mapping[str, Function]
    tables: Mapping[str, Table]


class Target(Protocol):
    """A stream that takes events, and what becomes of them."""

    @property
    def name(self) -> str:
        """What the report calls it."""

    @property
    def local(self) -> bool:
        """Whether it shares the generator's machine."""

    @property
    def address(self) -> StreamAddress:
        """Where events go."""

    @property
    def configuration(self) -> Mapping[str, str | int | float | bool]:
        """What is known of how it is set up."""

    def api(self) -> ReportingApi | None:
        """Return a client of its reporting API, for one thread; None where there is none."""

    def begin(self) -> None:
        """Measure from now on."""

    def iterator_age(self) -> float | None:
        """Return the age of the oldest record that is not consumed, in seconds, if it is known at once.

        Raises:
            Exception: of the target's own, if it has broken down.
        """

    def end(self) -> Insides:
        """Measure no longer, and tell what was measured."""
