"""Telling when nothing gets through, and why."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from penstock.delivery.calls import CallFailure
from penstock.remedies import remedy, with_remedy

MOST_PATIENCE_SECONDS: Final = 3600.0
"""Longest time from a warning to the next one of the same stall."""

_NAMED_SHARDS: Final = 5
_LONG_CALL_SECONDS: Final = 1.0


class TroubledShard(NamedTuple):
    """A shard that has refused records and has taken none since.

    Attributes:
        shard_id: the shard.
        errors: how often it has refused one.
        last_error: the code of the last time.
    """

    shard_id: str
    errors: int
    last_error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What the watchdog looks at. Times are in seconds.

    Attributes:
        pending: events without an outcome.
        acknowledged_at: when a record was acknowledged last, none if none ever was.
        calls: PutRecords calls under way.
        oldest_call_seconds: for how long the oldest of them is.
        listing_seconds: for how long a ListShards call is under way, none if there is none.
        shards_known: whether events can be routed.
        put_failure: how the last PutRecords call failed as a whole, none if it was answered.
        listing_failure: the same of ListShards.
        troubled_shards: those that take nothing, worst first.
        callbacks: callers' callbacks that wait for the thread that runs them, the one that runs included.
        callback_seconds: for how long that one has been running, none if none is.
    """

    pending: int
    acknowledged_at: float | None
    calls: int
    oldest_call_seconds: float
    listing_seconds: float | None
    shards_known: bool
    put_failure: CallFailure | None
    listing_failure: CallFailure | None
    troubled_shards: Sequence[TroubledShard]
    callbacks: int = 0
    callback_seconds: float | None = None


class Remark(NamedTuple):
    """A line for the log: its level, as in ``logging``, and its text."""

    level: int
    text: str


class Watchdog:
    """Warns when events wait and none is acknowledged, names the cause as far as it is known, and says when it is over.

    It has no clock: whoever drives the core shows it the signs when ``due`` says so, and logs what it remarks. It looks
    four times in the time that may pass, so that a stall is noticed after that time or a quarter of it later. The
    warning is repeated after twice the time, four times the time and so on, at least once an hour.

    Args:
        stream: what the lines name.
        stall_seconds: the time that may pass without an acknowledgement.

    Attributes:
        check_at: when to check at the latest, while anything is waited for.
    """

    def __init__(self, stream: str, stall_seconds: float) -> None:
        self._stream = stream
        self._stall_seconds = stall_seconds
        self._waiting_since: float | None = None
        self._delivery = _Patience(stall_seconds)
        self._callbacks = _Patience(stall_seconds)
        self.check_at = float("-inf")

    def due(self, now: float) -> bool:
        """Tell whether to check now. While something stalls, each change may be its end."""
        return now >= self.check_at or self._delivery.lost or self._callbacks.lost

    def check(self, signs: Signs, now: float) -> list[Remark]:
        """Look at the signs; return what is to be said about them."""
        self.check_at = now + self._stall_seconds / 4
        remarks = (self._check_delivery(signs, now), self._check_callbacks(signs))
        return [remark for remark in remarks if remark is not None]

    def _check_delivery(self, signs: Signs, now: float) -> Remark | None:
        since = self._waiting_since
        if since is None:
            since = now
        self._waiting_since = since if signs.pending else None
        if signs.acknowledged_at is not None and signs.acknowledged_at > since:
            self._waiting_since = signs.acknowledged_at if signs.pending else None
            return self._end(self._delivery, signs.acknowledged_at - since, "events are acknowledged again")
        if not signs.pending:
            return self._end(self._delivery, now - since, "no event waits any more")
        if not self._delivery.runs_out(now - since):
            return None
        causes = "; ".join(_causes(signs)) or "records wait for a rate limit or for another try"
        waiting = f"no event has been acknowledged for {now - since:,.0f} s, and {signs.pending:,} wait"
        return Remark(logging.WARNING, f"the producer for {self._stream}: {waiting}: {causes}")

    def _check_callbacks(self, signs: Signs) -> Remark | None:
        seconds = signs.callback_seconds or 0.0
        if seconds < self._callbacks.waited:  # it is another one
            return self._end(self._callbacks, self._callbacks.waited, "callbacks run again")
        if not self._callbacks.runs_out(seconds):
            return None
        return Remark(
            logging.WARNING,
            f"the producer for {self._stream}: a future's callback has been running for {seconds:,.0f} s, and "
            f"{signs.callbacks - 1:,} wait behind it: callbacks share one thread, so hand long work to another",
        )

    def _end(self, patience: "_Patience", seconds: float, text: str) -> Remark | None:
        if not patience.recover():
            return None
        return Remark(logging.INFO, f"the producer for {self._stream}: {text}, after {seconds:,.0f} s")


class _Patience:
    """How long to wait before the next warning.

    Attributes:
        waited: for how long there has been nothing, at the last look.
        lost: whether there was a warning.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = self._limit = seconds
        self.waited = 0.0
        self.lost = False

    def runs_out(self, waited: float) -> bool:
        """Tell whether it is time for a warning."""
        self.waited = waited
        if waited < self._limit:
            return False
        self._limit = waited + min(waited, MOST_PATIENCE_SECONDS)
        self.lost = True
        return True

    def recover(self) -> bool:
        """Begin anew; tell whether there was a warning."""
        was_lost = self.lost
        self._limit = self._seconds
        self.waited = 0.0
        self.lost = False
        return was_lost


def _causes(signs: Signs) -> list[str]:
    causes = []
    if not signs.shards_known:
        text = "the stream's shards are not known"
        if signs.listing_failure is not None:
            text += f", ListShards failed with {with_remedy(signs.listing_failure.code, signs.listing_failure.message)}"
        elif signs.listing_seconds is not None:
            text += f", ListShards has had no answer for {signs.listing_seconds:,.0f} s"
        causes.append(text)
    if signs.put_failure is not None:
        causes.append(
            f"the last PutRecords failed with {with_remedy(signs.put_failure.code, signs.put_failure.message)}"
        )
    if signs.oldest_call_seconds >= _LONG_CALL_SECONDS:
        calls = "1 PutRecords call has" if signs.calls == 1 else f"{signs.calls} PutRecords calls have"
        causes.append(f"{calls} no answer yet, the oldest for {signs.oldest_call_seconds:,.0f} s")
    if signs.troubled_shards:
        named = [f"{shard.shard_id} ({shard.last_error}, {shard.errors:,} times)" for shard in signs.troubled_shards]
        shards = "1 shard takes" if len(named) == 1 else f"{len(named)} shards take"
        text = f"{shards} no records: {', '.join(named[:_NAMED_SHARDS])}"
        if len(named) > _NAMED_SHARDS:
            text += f" and {len(named) - _NAMED_SHARDS} others"
        advice = remedy(signs.troubled_shards[0].last_error)
        causes.append(text if advice is None else f"{text}; {advice}")
    return causes
