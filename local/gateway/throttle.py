"""A stage's throttling: a token bucket for each method ("Throttle requests to your REST APIs", API Gateway guide)."""

import threading
from collections.abc import Callable

from local.template.resources import Route, Throttling
from penstock.delivery.token_bucket import TokenBucket


class Throttle:
    """Says which requests are too many."""

    def __init__(self, limits: Throttling | None, clock: Callable[[], float]) -> None:
        """Admit as much as `limits` say, all if None, by a clock of seconds that never goes back."""
        self._limits = limits
        self._clock = clock
        self._buckets: dict[tuple[str, str], TokenBucket] = {}
        self._lock = threading.Lock()

    def admits(self, route: Route) -> bool:
        """Tell whether one more request of a route may pass now, and count it if so."""
        if self._limits is None:
            return True
        with self._lock:
            now, key = self._clock(), (route.method, route.path)
            bucket = self._buckets.get(key)
            if bucket is None:
                bucket = self._buckets[key] = TokenBucket(rate=self._limits.rate, burst=self._limits.burst)
            if bucket.ready_at(1) > now:
                return False
            bucket.take(1, now)
            return True
