"""What runs of the sweep write, and what views are told of it, however a run ends.

Rollup's records come again until what they wrote is noted. A repair does not: once it is written nothing is missing any
more, so a run that ended before its note would be the last to know. It therefore keeps in the table, before it writes
to an hour, that it does; a later run notes those hours.
"""

import secrets
from collections.abc import Callable, Collection
from typing import Final

from consumers.rollup.levels import TAKE_OVER_SECONDS
from consumers.trends.errors import TrendsFormatError
from consumers.trends.repairs import RepairsBegun

LEFT_SECONDS: Final = TAKE_OVER_SECONDS
"""How old a repair is whose run has surely ended."""


class Repairs:
    """The repairs of all runs. One for each execution environment."""

    def __init__(
        self,
        begun: RepairsBegun,
        clock: Callable[[], float],
        *,
        nonce: Callable[[], str] = lambda: secrets.token_hex(4),
    ) -> None:
        """Keep in `begun` what is being repaired; `nonce` tells apart runs that begin at the same second of `clock`."""
        self._begun = begun
        self._clock = clock
        self._nonce = nonce

    def begin_run(self) -> "RunRepairs":
        """Return the repairs of a run that begins."""
        return RunRepairs(self._begun, f"{int(self._clock()):010}_{self._nonce()}")

    def left(self) -> "list[RunRepairs]":
        """Return what runs left that have ended before they could end their repairs.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsFormatError: an item that this code can't read.
        """
        ended_by = self._clock() - LEFT_SECONDS
        return [
            RunRepairs(self._begun, run, hours)
            for run, hours in sorted(self._begun.read().items())
            if _begun_at(run) <= ended_by
        ]


class RunRepairs:
    """The repairs of one run.

    Attributes:
        hours: Those it writes to, epoch seconds.
    """

    def __init__(self, begun: RepairsBegun, run: str, hours: Collection[int] = ()) -> None:
        self.hours = frozenset(hours)
        self._begun = begun
        self._run = run

    def begin(self, hours: Collection[int]) -> None:
        """Keep that something is about to be written to `hours` (epoch seconds) or to the days that hold them.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: that could not be kept for sure.
        """
        if not self.hours.issuperset(hours):
            self._begun.begin(self._run, hours)
            self.hours |= frozenset(hours)

    def end(self) -> None:
        """Keep that all of it is noted.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        if self.hours:
            self._begun.end(self._run)


def _begun_at(run: str) -> int:
    try:
        return int(run.partition("_")[0])
    except ValueError as error:
        raise TrendsFormatError(f"no run of the sweep: {run!r:.60}") from error
