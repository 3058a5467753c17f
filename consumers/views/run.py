"""One run: look what has changed, refresh each view."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from consumers.counts import CountsFormatError
from consumers.tables import list_key
from consumers.trends.errors import TrendsError, TrendsFormatError
from consumers.views.lists.item import decode_list
from consumers.views.memory import Memory
from consumers.views.store import ViewStore
from consumers.views.view import View
from consumers.views.windows import Window

BUSY_SECONDS: Final = 30
"""A list that was put less long ago tells that batches of change notes come."""


@dataclass(slots=True)
class Report:
    """What one run found and did."""

    hours: int = 0
    """Hours of event time in which something may have changed."""
    put: int = 0
    """Items of views written."""
    refused: int = 0
    """Items that another environment had made from something newer."""
    as_of: int | None = None
    """Newest arrival that is surely in the views, epoch milliseconds; None where this environment's run before had it
    too, while there is none, or where a view failed."""
    failures: dict[str, BaseException] = field(default_factory=dict)
    """By name of a view, why it is not refreshed: the same change comes again."""


class Views:
    """Keeps all views. One for each execution environment."""

    def __init__(self, memory: Memory, store: ViewStore, views: Sequence[View], *, clock: Callable[[], float]) -> None:
        """Keep `views`, which put into `store`, by what `memory` sees; `clock` tells epoch seconds."""
        self._memory = memory
        self._store = store
        self._views = views
        self._clock = clock
        self._as_of: int | None = None

    def tick(self, time_left: Callable[[], float]) -> Report | None:
        """Bring the views up to date where nobody does, as windows slide also when nothing is sent.

        Returns:
            None where a list was put just now: batches bring enough, and what they do need not be done twice.

        Raises:
            As `refresh`.
        """
        now = self._clock()
        window = Window.FIVE_MINUTES
        newest = self._memory.item(list_key(window, window.end(now)))
        try:
            listed = None if newest is None else decode_list(window, window.end(now), newest)
        except TrendsFormatError:
            listed = None  # readers tell; another takes its place now
        if listed is not None and listed.made_at > now - BUSY_SECONDS:
            return None
        return self.refresh((), time_left)

    def refresh(self, named: Iterable[int], time_left: Callable[[], float]) -> Report:
        """Bring each view up to date; one that fails holds up no other.

        Args:
            named: Hours of event time (epoch seconds) that change notes were written for.
            time_left: Tells the invocation's seconds.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: what has changed can't be read.
            TrendsFormatError: a note or a state that this code can't read.
        """
        report = Report()
        change = self._memory.look(self._clock(), named, time_left)
        if change is None:
            return report
        report.hours = len(change.hours)
        for view in self._views:
            try:
                view.refresh(change)
            except (ClientError, BotoCoreError, TrendsError, CountsFormatError) as error:
                report.failures[view.name] = error
        report.put, report.refused = self._store.take_tally()
        if not report.failures:
            if change.as_of != self._as_of:
                report.as_of = self._as_of = change.as_of
            self._memory.done(change)
        return report
