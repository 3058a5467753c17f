"""The top lists that the views function keeps, if it does."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from consumers.views.lists.top_list import TopList
from reporting.reader import TrendsReader
from reporting.windows import Window

MOST_BEHIND_SECONDS: Final = 120
"""Age from which a list is not trusted to be kept: a list that is current is made anew at least once a minute."""


class LiveLists:
    """Finds the list that answers a question."""

    def __init__(self, reader: TrendsReader, clock: Callable[[], datetime]) -> None:
        """Find what `reader` reads; `clock` says now, with an offset."""
        self._reader = reader
        self._clock = clock

    def newest(self, window: Window) -> TopList | None:
        """Return the newest list of a window, or None where none is kept.

        It is the one that includes now, or in the first seconds of a minute or an hour the one before.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        now = self._clock().timestamp()
        end = window.end(now)
        while end > now - MOST_BEHIND_SECONDS:
            listed = self._reader.top_list(window, end)
            if listed is not None:
                return listed if listed.made_at >= now - MOST_BEHIND_SECONDS else None
            end -= window.level.seconds
        return None

    def ending(self, window: Window, end: int) -> TopList | None:
        """Return the list of the window up to `end` (epoch seconds), or None where none is kept up to date.

        Kept are the newest and the one before.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        if not 0 <= window.end(self._clock().timestamp()) - end <= 2 * window.level.seconds:
            return None
        newest = self.newest(window)
        if newest is None or newest.end == end:
            return newest
        return self._reader.top_list(window, end) if newest.end - end == window.level.seconds else None

    def as_it_was(self, window: Window, end: int, as_of: int | None) -> TopList | None:
        """Return the list of the window up to `end` as it was kept last, for pages of it; None where it is gone.

        It is no older than the list that was as fresh as `as_of` (epoch milliseconds).

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        listed = self._reader.top_list(window, end)
        return listed if listed is not None and (listed.as_of or 0) >= (as_of or 0) else None
