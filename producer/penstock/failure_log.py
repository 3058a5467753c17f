"""Telling people what fails, without flooding their logs."""

import logging
from collections.abc import Callable
from threading import Lock
from typing import Final

from penstock.delivery.calls import Answer, Call, CallFailure, PutRecordsAnswer

_logger = logging.getLogger("penstock")

INTERVAL_SECONDS: Final = 10.0
"""Shortest time between two warnings of the same error code."""


class FailureLog:
    """Logs failed calls, and records that failed in a call that succeeded, as throttled ones do. Safe between threads.

    Args:
        stream_name: what the warnings name.
        monotonic: tells the time in seconds, from any beginning.
    """

    def __init__(self, stream_name: str, monotonic: Callable[[], float]) -> None:
        self._stream_name = stream_name
        self._monotonic = monotonic
        self._lock = Lock()
        self._logged: dict[tuple[type[Answer], str], float] = {}

    def note(self, call: Call, answer: Answer) -> None:
        """Log what failed, each error code at most once in ``INTERVAL_SECONDS``."""
        if isinstance(answer, CallFailure):
            if self._due(answer, answer.code):
                _logger.warning(
                    "%s on %s failed with %s: %.300s",
                    type(call).__name__,
                    self._stream_name,
                    answer.code,
                    answer.message,
                )
        elif isinstance(answer, PutRecordsAnswer):
            failed = [record for record in answer.records if record.error_code is not None]
            first = {record.error_code: record for record in reversed(failed) if record.error_code is not None}
            for code, record in first.items():
                if self._due(answer, code):
                    _logger.warning(
                        "%d of the %d records in a call to %s failed with %s: %.300s",
                        sum(other.error_code == code for other in failed),
                        len(answer.records),
                        self._stream_name,
                        code,
                        record.error_message,
                    )

    def _due(self, answer: Answer, code: str) -> bool:
        with self._lock:
            now = self._monotonic()
            due = now - self._logged.get((type(answer), code), float("-inf")) >= INTERVAL_SECONDS
            if due:
                self._logged[type(answer), code] = now
            return due
