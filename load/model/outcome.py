"""What a run of the model found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from load.configuration import CapacityMode, Configuration
from load.model.producing import ShardStream
from load.model.spread import Spread
from load.prices.usage import Usage


class Constraint(StrEnum):
    """What can bind a configuration."""

    RECORDS = "shard records"
    BYTES = "shard bytes"
    READS = "shard reads"
    AUTHOR = "one author"
    FACTOR = "parallelization factor"
    DURATION = "duration"
    CONCURRENCY = "concurrency"
    KEYS = "keys"
    TABLE = "table"
    ROLLUP = "rollup"
    VIEWS = "views"
    FRESHNESS = "freshness"


SHARD_WRITES: Final = frozenset({Constraint.RECORDS, Constraint.BYTES})
"""What a shard takes, of which one author's events, which are all on one, may by themselves be too much."""

ADVICE: Final = {
    Constraint.RECORDS: "more shards, larger aggregates or a longer linger",
    Constraint.BYTES: "more shards",
    Constraint.READS: "more shards, or fewer functions that read the stream",
    Constraint.AUTHOR: "no number of shards is enough for one author with so many events: give these several partition "
    "keys, each event always the same",
    Constraint.FACTOR: "a larger parallelization factor with as many lanes, more memory, or more shards",
    Constraint.DURATION: "a shorter window, smaller batches or more memory",
    Constraint.CONCURRENCY: "fewer shards or a smaller factor, or a higher quota of the account",
    Constraint.KEYS: "more key groups",
    Constraint.TABLE: "longer windows, or fewer key groups",
    Constraint.ROLLUP: "a longer window or more memory of rollup",
    Constraint.VIEWS: "a longer window or more memory of views",
    Constraint.FRESHNESS: "shorter windows",
}
"""By what binds, what loosens it."""


def remedy_of(constraint: Constraint, mode: CapacityMode) -> str:
    """Return what loosens a constraint of a stream that is paid for in a mode."""
    if mode is CapacityMode.ON_DEMAND and constraint in SHARD_WRITES:
        return "a provisioned stream with more shards: one on demand does not split what has more events than the rest"
    return ADVICE[constraint]


def most_used(utilisation: Mapping[Constraint, float]) -> Constraint:
    """Return the constraint that is used most; one author's before that of their shard, if by themselves too many.

    >>> most_used({Constraint.BYTES: 1.3, Constraint.AUTHOR: 1.1}).value
    'one author'
    >>> most_used({Constraint.BYTES: 1.3, Constraint.AUTHOR: 0.9}).value
    'shard bytes'
    """
    most = max(utilisation, key=lambda constraint: utilisation[constraint])
    return Constraint.AUTHOR if most in SHARD_WRITES and utilisation.get(Constraint.AUTHOR, 0.0) > 1 else most


@dataclass
class FunctionRun:
    """What one function did in the measured time."""

    invocations: float = 0.0
    busy: float = 0.0
    """Seconds, of all invocations."""
    duration: Spread = field(default_factory=Spread)
    age: Spread = field(default_factory=Spread)
    """From a record's arrival until its batch is done."""


@dataclass(frozen=True)
class Outcome:
    """What is to be expected.

    Attributes:
        configuration: that was looked at, as it was asked for: a stream on demand has shards of its own.
        seconds: measured, of simulated time.
        rate: events a second that were due in that time; `accepted`, that shards took in it; `counted`, of those due
            in it, that became visible, in which copies of earlier ones are not.
        freshness: from an event's intended time until its minute is written, which answers about a value read.
        probed: the same as probes at even times find it: each second weighs as much, whatever was due in it.
        lists: as `freshness`, until the lists of the reporting API, the last of all answers, have it.
        log: until its segment is written.
        put: until it is acknowledged.
        functions: by logical id in the template.
        utilisation: by constraint, the part of what there is that is used at the profile's peak; above 1 is overload.
        streams: the shards looked at, hottest first, and how many each stands for.
        refused: records a second that shards refused.
        usage: what is paid for.
    """

    configuration: Configuration
    seconds: float
    rate: float
    accepted: float
    counted: float
    freshness: Spread
    probed: Spread
    lists: Spread
    log: Spread
    put: Spread
    functions: dict[str, FunctionRun]
    utilisation: dict[Constraint, float]
    streams: tuple[tuple[ShardStream, float], ...]
    refused: float
    usage: Usage

    @property
    def most(self) -> float:
        """How much is used of what is used most."""
        return max(self.utilisation.values())

    @property
    def binding(self) -> Constraint:
        """The constraint that is used most."""
        return most_used(self.utilisation)

    @property
    def remedy(self) -> str:
        """What loosens it."""
        return remedy_of(self.binding, self.configuration.stream_mode)

    @property
    def growing(self) -> float:
        """By how many seconds events get older every second, waiting for what is overloaded; 0 if nothing is."""
        return 1 - 1 / self.most if self.overloaded else 0.0

    @property
    def overloaded(self) -> bool:
        """Whether something is asked for more than there is of it."""
        return self.most > 1.0
