"""What became of segments that were applied, and what can go wrong with them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from consumers.rollup.at_hand import UnfilledGapError
from consumers.rollup.sums import PartsExpiredError
from consumers.trends.errors import BucketTooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from consumers.schedule import Address
    from consumers.trends.state import LevelsState


class ScheduleMismatchError(Exception):
    """A segment's address does not follow from the schedule: its writer has another one."""

    def __init__(self, address: "Address") -> None:
        super().__init__(
            f"address {address.key} is none of its minute's by this function's schedule:"
            " deploy ingest, rollup and sweep with the same SCHEDULE"
        )


class MinuteExpiredError(Exception):
    """A segment came after its minute's retention: its hour and day stay as they are."""

    def __init__(self, minute: int) -> None:
        super().__init__(f"minute {minute} is older than minutes are kept; what came for it now is not counted")


LASTING: Final = (BucketTooLargeError, PartsExpiredError, MinuteExpiredError, UnfilledGapError)
"""What no repetition can cure: reported, but not a reason to hold up the stream."""

MOST_REASONS: Final = 20


@dataclass(slots=True)
class Report:
    """What became of a number of segments."""

    applied: int = 0
    """Segments added to the trends."""
    repeated: int = 0
    """Segments that were in the trends already."""
    gathered: int = 0
    """Segments that came late and were kept until they are due (`consumers.rollup.lateness`)."""
    gaps_filled: int = 0
    gaps_left_open: int = 0
    """Addresses of which the log lacks a segment for ever: what follows it is not counted."""
    buckets_written: int = 0
    buckets_refused: int = 0
    failed_minutes: dict[int, BaseException] = field(default_factory=dict)
    """By minute, why its segments must come again."""
    failed_addresses: "dict[Address, BaseException]" = field(default_factory=dict)
    """By address, why its segments must come again."""
    not_failing: list[BaseException] = field(default_factory=list)
    """What went wrong without a reason for any segment to come again: for people to see."""
    state: "LevelsState | None" = None
    """The levels state as read after the writes."""
    closed: int = 0
    """Hours and days closed."""
    sums_given_up: int = 0
    """Hours and days among them of which a bucket is not the sum it should be (`consumers.rollup.levels.GIVEN_UP`)."""

    def file(self, minutes: "Iterable[int]", error: BaseException) -> None:
        """Take note that `minutes` could not be brought up to date."""
        if isinstance(error, LASTING):
            self.not_failing.append(error)
        else:
            self.failed_minutes.update(dict.fromkeys(minutes, error))

    def add(self, other: "Report") -> None:
        """Take over what another report says; its failures are no reason for a segment of this one to come again."""
        self.applied += other.applied
        self.repeated += other.repeated
        self.gaps_filled += other.gaps_filled
        self.gaps_left_open += other.gaps_left_open
        self.buckets_written += other.buckets_written
        self.buckets_refused += other.buckets_refused
        self.not_failing += (*other.failed_minutes.values(), *other.failed_addresses.values(), *other.not_failing)
        self.state = other.state or self.state

    def failure(self, address: "Address") -> BaseException | None:
        """Return why the segments of `address` must come again, or None if they need not."""
        return self.failed_minutes.get(address.minute) or self.failed_addresses.get(address)

    def reasons(self) -> list[str]:
        """Return what went wrong, each thing once and up to `MOST_REASONS`, for a log line."""
        errors = (*self.failed_minutes.values(), *self.failed_addresses.values(), *self.not_failing)
        return sorted({f"{type(error).__name__}: {error}" for error in errors})[:MOST_REASONS]
