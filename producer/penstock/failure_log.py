"""Telling people what fails and what to do, without flooding their logs."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Final

from penstock.delivery.calls import MALFORMED, Answer, Call, CallFailure, PutRecords, PutRecordsAnswer
from penstock.remedies import with_remedy

_logger = logging.getLogger("penstock")

INTERVAL_SECONDS: Final = 10.0
"""Shortest time between two warnings of the same error code."""

_NAMED_SHARDS: Final = 5


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
        self._logged_at: dict[tuple[str, str], float] = {}
        self._unsaid: Counter[tuple[str, str]] = Counter()

    def note(self, call: Call, answer: Answer) -> None:
        """Log what failed, each error code at most once in ``INTERVAL_SECONDS``, with how often it was not said."""
        if isinstance(answer, CallFailure):
            self._note_call(call, answer.code, answer.message)
        elif isinstance(call, PutRecords) and isinstance(answer, PutRecordsAnswer):
            if len(call.records) == len(answer.records):
                self._note_records(call, answer)
            else:
                text = f"it tells of {len(answer.records)} records, and {len(call.records)} were sent"
                self._note_call(call, MALFORMED, text)

    def _note_call(self, call: Call, code: str, message: str) -> None:
        kind = type(call).__name__
        unsaid = self._take_turn((kind, code), 1)
        if unsaid is not None:
            _logger.warning(
                "%s on %s failed with %s%s",
                kind,
                self._stream_name,
                with_remedy(code, message),
                f" ({unsaid:,} more such calls since this was said last)" if unsaid else "",
            )

    def _note_records(self, call: PutRecords, answer: PutRecordsAnswer) -> None:
        messages: dict[str, str] = {}
        shards: dict[str, Counter[str]] = {}
        for record, result in zip(call.records, answer.records, strict=True):
            if result.error_code is not None:
                messages.setdefault(result.error_code, result.error_message)
                shards.setdefault(result.error_code, Counter())[record.lane.shard_id] += 1
        for code, message in messages.items():
            unsaid = self._take_turn(("record", code), shards[code].total())
            if unsaid is not None:
                _logger.warning(
                    "%d of the %d records in a call to %s failed, for %s, with %s%s",
                    shards[code].total(),
                    len(answer.records),
                    self._stream_name,
                    _names(shards[code].most_common()),
                    with_remedy(code, message),
                    f" ({unsaid:,} more such records since this was said last)" if unsaid else "",
                )

    def _take_turn(self, what: tuple[str, str], failures: int) -> int | None:
        """Return how many failures went unsaid since the last warning, none if it is too early for another."""
        with self._lock:
            now = self._monotonic()
            if now - self._logged_at.get(what, float("-inf")) < INTERVAL_SECONDS:
                self._unsaid[what] += failures
                return None
            self._logged_at[what] = now
            return self._unsaid.pop(what, 0)


def _names(shards: Iterable[tuple[str, int]]) -> str:
    names = [f"{shard_id} ({count})" for shard_id, count in shards]
    more = len(names) - _NAMED_SHARDS
    return ", ".join(names[:_NAMED_SHARDS]) + (f" and {more} more shards" if more > 0 else "")
