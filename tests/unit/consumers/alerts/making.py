"""Minutes and alerts, made for tests."""

from collections.abc import Mapping

from consumers.alerts.alert import Alert, Severity
from consumers.alerts.judging import Minute
from consumers.counts import DIMENSIONS
from consumers.schedule import MINUTE

T0 = 1_795_000_020 // 60 * 60
"""A whole minute."""


def minute(hashtags: Mapping[str, int]) -> Minute:
    """Return a minute with these hashtags."""
    counts = {dimension: dict(hashtags) if dimension == "hashtag" else {} for dimension in DIMENSIONS}
    return Minute({dimension: sum(values.values()) for dimension, values in counts.items()}, counts)


def minutes(end: int, *hashtags: Mapping[str, int]) -> dict[int, Minute]:
    """Return minutes in order, the last of which ends at `end`."""
    start = end - len(hashtags) * MINUTE
    return {start + at * MINUTE: minute(each) for at, each in enumerate(hashtags)}


def alert(value: str = "rivers", *, end: int = T0, dimension: str = "hashtag", score: float = 7.5) -> Alert:
    """Return an alert of a window of five minutes."""
    return Alert(
        dimension=dimension,
        value=value,
        start=end - 300,
        end=end,
        count=412,
        usual=12.25,
        score=score,
        severity=Severity.of(score, 6),
        since=end - 120,
        new=False,
    )
