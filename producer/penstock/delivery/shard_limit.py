"""How fast one shard is sent to."""

from typing import Final

from penstock.backoff import Backoff
from penstock.delivery.token_bucket import TokenBucket

SHARD_RECORDS: Final = 1000
"""Records that a shard takes in a second (AWS, "Quotas and limits" of Kinesis Data Streams)."""

SHARD_BYTES: Final = 2**20
"""Bytes that a shard takes in a second, partition keys included (same page)."""


class ShardLimit:
    """A share of what a shard takes in a second, as KPL's RateLimit, and silence after it has throttled a record.

    A second's worth can be sent at once: of the share, or of what the shard takes if that is less. A larger record
    leaves when the limit has been idle long enough, and the next ones wait for it.

    After a throttled record nothing is sent to the shard for a while, since what is sent would be throttled too: the
    records wait here, at no cost, instead of coming back one by one.

    Args:
        percent: share of the shard's records and bytes, none for no limit.
        backoff: how long to be silent.
    """

    __slots__ = ("_backoff", "_bytes", "_paused_until", "_records", "_throttled_at", "_throttles")

    def __init__(self, percent: int | None, backoff: Backoff) -> None:
        self._backoff = backoff
        self._records: TokenBucket | None = None
        self._bytes: TokenBucket | None = None
        if percent is not None:
            share = percent / 100
            self._records = TokenBucket(rate=SHARD_RECORDS * share, burst=SHARD_RECORDS * min(share, 1))
            self._bytes = TokenBucket(rate=SHARD_BYTES * share, burst=SHARD_BYTES * min(share, 1))
        self._paused_until = float("-inf")
        self._throttled_at = float("-inf")
        self._throttles = 0

    def ready_at(self, size: int) -> float:
        """Return when a record of so many bytes may be sent, a time in the past if it may be now."""
        if self._records is None or self._bytes is None:
            return self._paused_until
        return max(self._paused_until, self._records.ready_at(1), self._bytes.ready_at(size))

    def take(self, size: int, now: float) -> None:
        """Note that a record of so many bytes is sent."""
        if self._records is not None and self._bytes is not None:
            self._records.take(1, now)
            self._bytes.take(size, now)

    def throttled(self, *, call_started: float, share: float, now: float) -> None:
        """Note that the shard has throttled a record.

        Args:
            call_started: when the call was made. One that was under way when the shard throttled last is no news.
            share: drawn from the backoff, for all records of the call.
            now: when the answer came.
        """
        if call_started > self._throttled_at:
            self._throttles += 1
            self._throttled_at = now
        wait = self._backoff.seconds(max(self._throttles, 1), share)
        self._paused_until = max(self._paused_until, now + wait)

    def accepted(self) -> None:
        """Note that the shard has taken a record."""
        self._throttles = 0
