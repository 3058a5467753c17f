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
    """Asks for the stream's shards when someone wants them, one call at a time.

    Args:
        lanes_per_shard: what the maps are made with.
        backoff: how long to wait after a failure.
    """

    def __init__(self, *, lanes_per_shard: int, backoff: Backoff) -> None:
        self._lanes_per_shard = lanes_per_shard
        self._backoff = backoff
        self._wanted = False
        self._asking = False
        self._not_before = float("-inf")
        self._failures = 0
        self._next_token: str | None = None
        self._pages: list[Mapping[str, Any]] = []

    @property
    def next_at(self) -> float | None:
        """When ``poll`` has a call to make, none if nothing is wanted or a call is under way."""
        return self._not_before if self._wanted and not self._asking else None

    def want(self) -> None:
        """Have the shards listed as soon as the interval allows, unless that is under way."""
        self._wanted = True

    def poll(self, now: float) -> ListShards | None:
        """Return the call to make now, if any."""
        if not self._wanted or self._asking or now < self._not_before:
            return None
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
        self._wanted = False
        self._failures = 0
        self._not_before = now + MIN_INTERVAL_SECONDS
        return shard_map

    def failed(self, now: float) -> None:
        """Note that a call failed: begin again with the first page, later."""
        self._restart()
        self._not_before = now + self._backoff.seconds(self._failures, self._backoff.draw())

    def give_up(self, now: float) -> None:
        """Note that a call failed in a way that repetition cannot cure: begin again only when wanted anew."""
        self._restart()
        self._wanted = False
        self._not_before = now + MIN_INTERVAL_SECONDS

    def _restart(self) -> None:
        self._asking = False
        self._failures += 1
        self._next_token = None
        self._pages = []
