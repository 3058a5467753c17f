"""What a producer expects of what it reports its statistics to."""

from typing import Protocol

from penstock.delivery.statistics import Statistics


class Exporter(Protocol):
    """Takes the statistics of one producer from time to time, on a thread of the producer's, and once more at its end.

    Attributes:
        interval_seconds: the time between two reports.
    """

    interval_seconds: float

    def begin(self, stream_name: str) -> None:
        """Learn the stream, before everything else. Called where the producer is made, so it may raise.

        Raises:
            ConfigurationError: if this belongs to another producer already.
        """

    def export(self, statistics: Statistics) -> None:
        """Take a snapshot. What is raised is logged, and the next snapshot comes all the same."""
