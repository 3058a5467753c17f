"""Times of requests."""

from datetime import datetime


def epoch_seconds(moment: datetime | float) -> float:
    """Return a request's time, which boto3 takes in either form, in epoch seconds."""
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)
