"""Keeping the shard map: when to list the shards, page by page, and when to try again."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.backoff import Backoff
from penstock.delivery.calls import ListShards, ListShardsAnswer
from penstock.errors import ShardMapError
from penstock.routing import ShardMap

MIN_INTERVAL_SECONDS: Final = 1.0
"""Shortest time from a listing to the next (KPL's ShardMap has the same)."""


class ShardListing:
    """Asks for the stream's shards when someone wants them, and from time to time, one call at a time.

    While no event is under way, the producer is idle: then there is no refresh, and what has failed is not repeated.

    Args:
        lanes_per_shard: what the maps are made with.
        backoff: how long to wait after a failure.
        refresh_seconds: longest time from a listing to the next, while the producer is active.
    """

    def __init__(self, *, lanes_per_shard: int, backoff: Backoff, refresh_seconds: float) -> None:
        self._lanes_per_shard = lanes_per_shard
        self._backoff = backoff
        self._refresh_seconds = refresh_seconds
        self._refresh_at: float | None = None
        self._wanted = False
        self._asking = False
        self._again = False
        self._not_before = float("-inf")
        self._failures = 0
        self._next_token: str | None = None
        self._pages: list[Mapping[str, Any]] = []

    def next_at(self, *, active: bool) -> float | None:
        """Return when ``poll`` has a call to make, none if nothing is wanted or a call is under way."""
        if self._asking or (self._failures and not active):
            return None
        if self._wanted:
            return self._not_before
        return max(self._not_before, self._refresh_at) if active and self._refresh_at is not None else None

    @property
    def wanted(self) -> bool:
        """Whether someone wants to know more than the last listing told."""
        return self._wanted

    def want(self, *, fresh: bool = False) -> None:
        """Have the shards listed as soon as the interval allows.

        Args:
            fresh: whether a listing that is under way may have begun too early to tell.
        """
        self._again = self._again or (fresh and (self._asking or self._next_token is not None))
        self._wanted = True

    def poll(self, now: float, *, active: bool) -> ListShards | None:
        """Return the call to make now, if any."""
        next_at = self.next_at(active=active)
        if next_at is None or now < next_at:
            return None
        self._wanted = True
        self._asking = True
        return ListShards(self._next_token)

    def page(self, answer: ListShardsAnswer, now: float) -> ShardMap | None:
        """Take a page of the answer; return the new map if it was the last.

        Raises:
            ShardMapError: if the open shards don't add up, as may be during a reshard. They will be listed again.
        """
        self._asking = False
        self._pages += answer.shards
        self._next_token = answer.next_token
        if answer.next_token is not None:
            self._not_before = now
            return None
        pages, self._pages = self._pages, []
        try:
            shard_map = ShardMap.from_listing(pages, lanes_per_shard=self._lanes_per_shard)
        except ShardMapError:
            self.failed(now)
            raise
        self._wanted, self._again = self._again, False
        self._failures = 0
        self._not_before = now + MIN_INTERVAL_SECONDS
        self._refresh_at = now + self._refresh_seconds
        return shard_map

    def failed(self, now: float) -> None:
        """Note that a call failed: begin again with the first page, later."""
        self._restart()
        self._not_before = now + self._backoff.seconds(self._failures, self._backoff.draw())

    def give_up(self, now: float) -> None:
        """Note that a call failed in a way that repetition cannot cure: begin again only when wanted anew."""
        self._restart()
        self._wanted = False
        if self._refresh_at is not None:
            self._refresh_at = now + self._refresh_seconds
        self._not_before = now + MIN_INTERVAL_SECONDS

    def _restart(self) -> None:
        self._asking = self._again = False
        self._failures += 1
        self._next_token = None
        self._pages = []
