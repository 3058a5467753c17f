"""Which windows a run judges: pure."""

from typing import Final

from consumers.schedule import MINUTE

SETTLE_SECONDS: Final = 15
"""A window is judged this long after its end, by the clock and by the newest arrival that the trends have: batching
windows delay events by some seconds, and shards are not equally quick."""

PATIENCE_SECONDS: Final = 900
"""Where nothing new arrives, a window waits this long. Either the pipeline lags and will bring the window's events, or
nobody sends any more and what was counted is all there is; from here these look alike."""

CATCH_UP: Final = 15
"""Most windows that a run judges, the newest: what rose earlier is no news."""


def due(judged: int | None, now: float, newest_arrival: float) -> list[int]:
    """Return the ends of the windows to judge, in order; each minute ends one.

    Args:
        judged: End of the newest window that was judged, or None before the first. One in the future is none: a clock
            was ahead once, and must not keep alerts silent until then.
        now: The clock, in epoch seconds.
        newest_arrival: Newest arrival that the trends have, in epoch seconds.

    >>> due(540, now=677.0, newest_arrival=676.0)
    [600, 660]
    """
    settled = max(min(now, newest_arrival) - SETTLE_SECONDS, now - PATIENCE_SECONDS)
    newest = int(settled // MINUTE) * MINUTE
    first = newest if judged is None or judged > now else max(judged + MINUTE, newest - (CATCH_UP - 1) * MINUTE)
    return list(range(first, newest + MINUTE, MINUTE))
