"""Asks the running stack's reporting API, over HTTP, what an outside user would ask it."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import urllib3

HOUR: Final = timedelta(hours=1)
WINDOW: Final = timedelta(hours=24)
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far ahead of its arrival an event's time may be (the `future` rule of ingest)."""

PAGE: Final = 100
ATTEMPTS: Final = 3
PASSING: Final = frozenset({429, 500, 502, 503, 504})
"""Statuses that the same question may not get again."""


class ReportingError(Exception):
    """The reporting API did not answer as it promises."""


class TrendsClient:
    """Reads whole counts through windows of 24 hours that tile the time in which counted events can lie."""

    def __init__(
        self,
        url: str,
        *,
        started: datetime,
        dedup_days: int,
        authorization: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """Ask the API at `url` about events that arrived since `started`; `authorization` gives a request's headers."""
        self._url = url
        self._authorization = authorization
        self._oldest = started - timedelta(days=dedup_days)
        # Statuses are answers here, so that a 503 with Retry-After is honoured by the retry below alone.
        self._http = urllib3.PoolManager(retries=urllib3.Retry(2, status=0, raise_on_status=False), timeout=30.0)
        self._past_ends: tuple[datetime, ...] = ()
        self._past_events = 0
        self._past_read = float("-inf")

    def health(self) -> dict[str, Any]:
        """Return how fresh the answers are."""
        return self._get("/v1/health")

    def top(self, dimension: str, *, window: str, limit: int) -> list[tuple[str, int]]:
        """Return the first values of a dimension with their counts."""
        page = self._get(f"/v1/trends/{dimension}", window=window, limit=limit)
        return [(item["value"], item["count"]) for item in page["items"]]

    def events(self, *, past_every: float = 0.0) -> int:
        """Return how many events are counted in all.

        Args:
            past_every: Seconds for which the windows before the newest are remembered rather than asked again.
        """
        newest, *past = self._ends()
        now = time.monotonic()
        if now - self._past_read >= past_every or tuple(past) != self._past_ends:
            self._past_events = sum(self._window_events(end) for end in past)
            self._past_ends, self._past_read = tuple(past), now
        return self._window_events(newest) + self._past_events

    def counts(self, dimension: str) -> dict[str, int]:
        """Return the values of a dimension with their counts in all, page by page: each day's first 1,000."""
        total: Counter[str] = Counter()
        for end in self._ends():
            cursor: str | None = None
            while True:
                window = {"cursor": cursor} if cursor else {"end": end.isoformat()}
                page = self._get(f"/v1/trends/{dimension}", window="24h", limit=PAGE, **window)
                total.update({item["value"]: item["count"] for item in page["items"]})
                cursor = page["next_cursor"]
                if cursor is None:
                    break
        return dict(total.most_common())

    def _ends(self) -> list[datetime]:
        """Return the ends of the windows, newest first, which meet without gap or overlap.

        None is one of a list that the views function keeps, which may be some seconds behind: what is counted now is
        summed from all that is counted.
        """
        newest = datetime.now(UTC) + CLOCK_TOLERANCE + 2 * HOUR
        end = newest.replace(minute=0, second=0, microsecond=0)
        ends = [end]
        while end - WINDOW > self._oldest:
            end -= WINDOW
            ends.append(end)
        return ends

    def _window_events(self, end: datetime) -> int:
        # Every event has one kind, and these counts are the cheapest to read: the total of one page of them.
        return int(self._get("/v1/trends/kind", window="24h", end=end.isoformat(), limit=1)["total"])

    def _get(self, path: str, **query: object) -> dict[str, Any]:
        url = f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")
        for attempt in range(ATTEMPTS):
            try:
                response = self._http.request("GET", url, headers=self._authorization())
            except urllib3.exceptions.HTTPError as error:
                raise ReportingError(f"{path} can't be reached: {error}") from error
            if response.status == 200:
                answer: dict[str, Any] = response.json()
                return answer
            if response.status not in PASSING:
                break
            time.sleep(float(response.headers.get("Retry-After", attempt)))
        raise ReportingError(f"{path} answered {response.status}: {response.data[:200].decode(errors='replace')}")
