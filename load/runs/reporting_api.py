"""Asks a target's reporting API, as its users do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from load.errors import InputError, LoadError
from load.workload.events import PLATFORM

Authorize = Callable[[str], Mapping[str, str]]
"""From a URL that is to be asked to the headers by which it answers."""


class ReportingApiError(LoadError):
    """The reporting API can't be asked."""


class RefusedError(ReportingApiError):
    """The reporting API does not let this caller ask."""


class ReportingApi:
    """A client for one thread.

    Args:
        url: of the API, without a path.
        authorize: gives a request's headers.
    """

    def __init__(self, url: str, authorize: Authorize = lambda _url: {}) -> None:
        self._url = url.rstrip("/")
        self._authorize = authorize
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(10.0))

    def check(self) -> None:
        """Ask once, to see whether it answers.

        Raises:
            InputError: it does not know the caller, or does not let it.
            ReportingApiError: it did not answer, or answered with another error.
        """
        try:
            self.totals("platform", [PLATFORM], start=datetime.now(UTC).isoformat(timespec="seconds"))
        except RefusedError as error:
            raise InputError(f"{error}; docs/tuning.md says how a run shows who it is, or go by --no-probes") from error

    def totals(self, dimension: str, values: Sequence[str], *, start: str) -> dict[str, int]:
        """Return the counts of values since an instant (ISO 8601), to the minute.

        Raises:
            ReportingApiError: it did not answer, or answered with an error.
        """
        listed = ",".join(quote(value, safe="") for value in values)
        answer = self._get(f"/v1/compare/{dimension}", values=listed, granularity="minute", start=start)
        return {series["value"]: int(series["total"]) for series in answer["series"]}

    def loaded(self, *, start: str) -> int:
        """Return how many events of load tests are counted since an instant, by their own time.

        Raises:
            ReportingApiError: as above.
        """
        return sum(self.totals("platform", [PLATFORM], start=start).values())

    def _get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        url = f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            answer = self._http.request("GET", url, headers=dict(self._authorize(url)))
        except urllib3.exceptions.HTTPError as error:
            raise ReportingApiError(f"the reporting API at {self._url} can't be reached: {error}") from error
        if answer.status != 200:
            said = answer.data[:200].decode(errors="replace")
            kind = RefusedError if answer.status in (401, 403) else ReportingApiError
            raise kind(f"the reporting API answered {answer.status} to {path}: {said}")
        return answer.json()
