"""How long the poller waits before it tries again. Lambda backs off exponentially; its numbers are not documented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential delays in seconds: `initial`, doubled for every further failure, at most `maximum`."""

    initial: float = 0.25
    maximum: float = 30.0

    def delay(self, failures: int) -> float:
        """The wait after so many failures in a row, one or more."""
        # Past 2**30 the maximum holds anyway, and a float must not overflow on an endless outage.
        return min(self.maximum, self.initial * 2.0 ** min(failures - 1, 30))
