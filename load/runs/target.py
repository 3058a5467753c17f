"""What a run loads."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from load.generator.stream import StreamAddress
from load.report.model import Finding, Function, Table
from load.runs.reporting_api import ReportingApi


class Insides(NamedTuple):
    """What a target tells of itself, of the measured time.

    Attributes:
        functions: by their logical id in the template.
        tables: by name.
        ages: of the oldest record that was not consumed, in seconds, where they were not known at once; each with
            its moment, in seconds since the beginning of the measured time.
        findings: what the reader should know of these figures.
    """

    functions: Mapping[str, Function]
    tables: Mapping[str, Table]
    ages: tuple[tuple[float, float], ...] = ()
    findings: tuple[Finding, ...] = ()


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

    @property
    def starts_every(self) -> float | None:
        """The measured time is to begin at a multiple of so many epoch seconds; None for at once."""

    def api(self) -> ReportingApi | None:
        """Return a client of its reporting API, for one thread; None where there is none."""

    def begin(self) -> None:
        """Measure from now on."""

    def iterator_age(self) -> float | None:
        """Return the age of the oldest record that is not consumed, in seconds, if it is known at once.

        Raises:
            Exception: of the target's own, if it has broken down.
        """

    def end(self) -> None:
        """Measure no longer."""

    def insides(self, wait: Callable[[str], bool], /) -> Insides:
        """Tell what was measured.

        Args:
            wait: called now and then while that is not known yet, with what is waited for; rests a moment, and tells
                whether to go on waiting.
        """
