"""What is sent: a rate over time, and what events look like."""

from dataclasses import dataclass, field

from load.errors import InputError
from load.model.popularity import Popularity, popularity
from load.workload.events import EventShape, mean_bytes
from load.workload.profile import Profile


@dataclass(frozen=True)
class Traffic:
    """A profile, the shape of its events and who sends them.

    Attributes:
        profile: events a second over time.
        shape: of the events. Duplicates cost what others do until they are dropped.
        producers: processes that send, each of which aggregates for itself.

    Raises:
        InputError: there is no producer.
    """

    profile: Profile
    shape: EventShape = field(default_factory=EventShape)
    producers: int = 1

    def __post_init__(self) -> None:
        """Check the number of producers."""
        if self.producers < 1:
            raise InputError(f"producers must be 1 or more, not {self.producers:,}")

    @property
    def event_bytes(self) -> float:
        """Mean size of an event's JSON."""
        return mean_bytes(self.shape)

    @property
    def new_share(self) -> float:
        """The part of all events that repeat no earlier one: those that are counted."""
        return 1 - self.shape.duplicates

    @property
    def popularity(self) -> Popularity:
        """Of the authors and hashtags."""
        return popularity(self.shape)
