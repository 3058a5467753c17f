"""Counting, for the stream or for one of its shards."""

from collections import Counter
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypedDict

from penstock.delivery.distribution import Distribution
from penstock.delivery.histogram import Histogram


class CountsSoFar(TypedDict):
    """The arguments of ``penstock.delivery.statistics.Counts``."""

    user_records_put: int
    user_records_data_put: int
    user_records_failed: int
    user_records_resent: int
    kinesis_records_put: int
    kinesis_records_data_put: int
    kinesis_records_misrouted: int
    retries: int
    errors_by_code: MappingProxyType[str, int]
    failures_by_kind: MappingProxyType[str, int]
    retries_per_record: Distribution
    buffering_time: Distribution
    user_records_per_kinesis_record: Distribution


@dataclass(eq=False, slots=True)
class Tally:
    """What ``penstock.delivery.statistics.Counts`` reports, while it grows.

    Attributes:
        last_activity: when a call that concerned it was answered last, by the core's clock.
        errors_since_put: failures since the last acknowledgement.
        last_error: the code of the last failure.
    """

    user_records_put: int = 0
    user_records_data_put: int = 0
    user_records_resent: int = 0
    kinesis_records_put: int = 0
    kinesis_records_data_put: int = 0
    kinesis_records_misrouted: int = 0
    retries: int = 0
    errors_by_code: Counter[str] = field(default_factory=Counter)
    failures_by_kind: Counter[str] = field(default_factory=Counter)
    retries_per_record: Histogram = field(default_factory=Histogram)
    buffering_time: Histogram = field(default_factory=Histogram)
    user_records_per_kinesis_record: Histogram = field(default_factory=Histogram)
    last_activity: float = 0.0
    errors_since_put: int = 0
    last_error: str = ""

    def note_error(self, code: str) -> None:
        """Count a failure."""
        self.errors_by_code[code] += 1
        self.errors_since_put += 1
        self.last_error = code

    @property
    def user_records_failed(self) -> int:
        """Events that will not be delivered."""
        return sum(self.failures_by_kind.values())

    def so_far(self) -> CountsSoFar:
        """Return the counts, for a snapshot."""
        return {
            "user_records_put": self.user_records_put,
            "user_records_data_put": self.user_records_data_put,
            "user_records_failed": self.user_records_failed,
            "user_records_resent": self.user_records_resent,
            "kinesis_records_put": self.kinesis_records_put,
            "kinesis_records_data_put": self.kinesis_records_data_put,
            "kinesis_records_misrouted": self.kinesis_records_misrouted,
            "retries": self.retries,
            "errors_by_code": MappingProxyType(dict(self.errors_by_code)),
            "failures_by_kind": MappingProxyType(dict(self.failures_by_kind)),
            "retries_per_record": self.retries_per_record.snapshot(),
            "buffering_time": self.buffering_time.snapshot(),
            "user_records_per_kinesis_record": self.user_records_per_kinesis_record.snapshot(),
        }
