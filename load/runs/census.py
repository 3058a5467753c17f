"""Counts a run's events in the reporting API's answers: how many of those that were accepted are in the trends."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from load.runs.reporting_api import ReportingApi, ReportingApiError

ATTEMPTS: Final = 3
"""Of one question: the first one may meet an environment that is only being made."""


class Census:
    """The events of load tests that are counted from one moment on, by their own time.

    Another load test of the same stack at the same time would be counted too.

    Args:
        api: is asked.
        start: epoch seconds; counts begin with its minute.
    """

    def __init__(self, api: ReportingApi, start: float) -> None:
        self.failure: str | None = None
        """Why nothing is known, if nothing is."""
        self._api = api
        self._start = datetime.fromtimestamp(start, UTC).isoformat(timespec="seconds")
        self._before = self._ask()

    def counted(self) -> int | None:
        """Return how many have come since this was made; None where that is not known."""
        now = None if self._before is None else self._ask()
        return None if now is None or self._before is None else now - self._before

    def settled(
        self, expected: float, *, rest: Callable[[], bool], clock: Callable[[], float], deadline: float
    ) -> int | None:
        """Return how many have come when all that are expected have, or nobody waits any longer.

        Args:
            expected: events, without copies, which are not counted.
            rest: waits between two questions, and tells whether to go on.
            clock: seconds; `deadline` is of it.
            deadline: when to wait no longer.
        """
        found = self.counted()
        while found is not None and found < expected and clock() < deadline and rest():
            found = self.counted()
        return found

    def _ask(self) -> int | None:
        for _ in range(ATTEMPTS):
            try:
                return self._api.loaded(start=self._start)
            except ReportingApiError as error:
                self.failure = str(error)
        return None
