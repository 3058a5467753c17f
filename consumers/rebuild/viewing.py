"""The last part of a rebuild: views of what was summed, by the views function's own code.

Its notes would tell the function of all hours, but for no longer than the table's stream keeps them, and only once the
stack reads it.
"""

from collections.abc import Callable, Sequence
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from consumers.rebuild.folding import RebuildError
from consumers.rebuild.summing import ATTEMPTS, WAIT_SECONDS
from consumers.trends.errors import TrendsError
from consumers.views.run import Views

HOURS_AT_ONCE: Final = 24


class Viewing:
    """Makes the views of hours of event time."""

    def __init__(
        self,
        views: Views,
        *,
        progress: Callable[[str], None],
        sleep: Callable[[float], None],
        seconds_left: Callable[[], float],
    ) -> None:
        """Use `views`; `progress` takes how far it is. `seconds_left` is for the calls of `HOURS_AT_ONCE`."""
        self._views = views
        self._progress = progress
        self._sleep = sleep
        self._seconds_left = seconds_left

    def run(self, hours: Sequence[int]) -> None:
        """Bring the views of `hours` (epoch seconds) up to date. May be repeated.

        Raises:
            RebuildError: they could not be.
        """
        for first in range(0, len(hours), HOURS_AT_ONCE):
            self._progress(f"views: {first:,} of {len(hours):,} hours")
            self._refresh(hours[first : first + HOURS_AT_ONCE])

    def _refresh(self, hours: Sequence[int]) -> None:
        troubles: list[BaseException] = []
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(WAIT_SECONDS)
            try:
                troubles = list(self._views.refresh(hours, self._seconds_left).failures.values())
            except (ClientError, BotoCoreError, TrendsError) as error:
                troubles = [error]
            if not troubles:
                return
        raise RebuildError(f"views could not be made: {'; '.join(sorted({repr(each) for each in troubles}))}")
