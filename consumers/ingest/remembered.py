"""What the pane log surely remembers, as ingest asks it: once in each execution environment."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from consumers.pane_log.horizon import Horizon, seen
from consumers.schedule import HOUR

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from consumers.ingest.settings import Settings


class Remembered:
    """Says which events the log may have forgotten after a raise of its horizon (`consumers.pane_log.horizon`).

    It is asked at the first batch and never again: a raise changes the function's variables, and with them Lambda
    replaces every environment. Between the raise and the next run of the sweep the note still has the old value; an
    environment that starts then sees the raise by itself, by comparing the note with what it is told.
    """

    def __init__(
        self, noted: Callable[[], tuple[int, int, int] | None], hours: int, *, clock: Callable[[], float]
    ) -> None:
        """Ask `noted` for what the sweep keeps (`TrendsTable.horizon`); segments are written to live `hours`.

        `clock` returns epoch seconds.
        """
        self._noted = noted
        self._hours = hours
        self._clock = clock
        self._horizon: Horizon | None = None

    @classmethod
    def of(cls, settings: "Settings", client: "DynamoDBClient", clock: Callable[[], float]) -> Self:
        """Ask the trends table that the settings name; without one nothing is ever forgotten."""
        hours = settings.segment_retention_seconds // HOUR
        if settings.trends_table is None:
            return cls(lambda: None, hours, clock=clock)
        from consumers.trends.table import TrendsTable

        return cls(TrendsTable(client, settings.trends_table).horizon, hours, clock=clock)

    def forgotten_before(self) -> float:
        """Return the event time (epoch seconds) before which the log may have forgotten; -inf if there is none.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the note could not be read. It is
                asked for again at the next call, and until then no event can be judged.
            TrendsFormatError: the note can't be understood.
        """
        now = self._clock()
        if self._horizon is None:
            noted = self._noted()
            self._horizon = seen(None if noted is None else Horizon(*noted), self._hours, now)
        return self._horizon.forgotten_before(now)
