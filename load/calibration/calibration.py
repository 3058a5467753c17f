"""A calibration: what the handlers were measured to cost, and the file that holds it."""

from bisect import bisect_left
from collections.abc import Sequence
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from load.documents import read_document

VERSION: Final = 4

INGEST_PARTS: Final = ("batch", "record", "event", "kilobyte", "hashtag", "segment")
"""Parts of ingest's work: the invocation; Kinesis records; events; KiB of their JSON; their hashtags; segments put."""
ROLLUP_PARTS: Final = ("batch", "segment", "unit")
"""Of rollup's: the invocation; segments read; write units of the trends."""
VIEWS_PARTS: Final = ("batch", "read", "unit")
"""Of views': the invocation; read and write units of the trends."""

MOST_SECONDS: Final = 3_600.0
MOST_BYTES: Final = 1e9
"""Of one call or one part of an invocation: what takes more was not measured but mistyped."""

LEAST_CALL_SECONDS: Final = 1e-6
"""Of one call: none is quicker. Of a median far below the p99, the tail is longer than a number holds."""

LEAST_STEP: Final = 1e-3
"""Between two points of a curve, in values: these are counted, and points are means of some counts."""

Seconds = Annotated[float, Field(ge=0, le=MOST_SECONDS)]
Bytes = Annotated[float, Field(ge=0, le=MOST_BYTES)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FunctionCost(_Model):
    """What one function's invocations cost."""

    seconds: dict[str, Seconds]
    """Processor seconds by part of the work."""
    median_error: float = Field(ge=0)
    """Of the fit, relative."""
    worst_error: float = Field(ge=0)
    points: int = Field(ge=0)
    logged: Bytes
    """Bytes of logs an invocation."""

    def of(self, **work: float) -> float:
        """Return the processor seconds of an invocation that has so much to do."""
        seconds = self.seconds
        return seconds["batch"] + sum(seconds[part] * amount for part, amount in work.items())


def _of(parts: Sequence[str]) -> AfterValidator:
    """Return what checks that a function's cost is of these parts."""

    def checked(cost: FunctionCost) -> FunctionCost:
        if cost.seconds.keys() != set(parts):
            raise ValueError(
                f"seconds should be those of {', '.join(parts)}; found {', '.join(cost.seconds) or 'none'}"
            )
        return cost

    return AfterValidator(checked)


class CallTime(_Model):
    """How long calls of one kind take, seconds."""

    median: float = Field(ge=LEAST_CALL_SECONDS, le=MOST_SECONDS)
    p99: float = Field(ge=LEAST_CALL_SECONDS, le=MOST_SECONDS)


class Starts(_Model):
    """How long a function's new environment takes until its first invocation, with no records, has ended.

    An invocation's way is in it, some milliseconds of half a second.
    """

    ingest: CallTime
    rollup: CallTime
    views: CallTime


class LocalTimes(_Model):
    """How long the local stack takes, on a machine that does nothing else."""

    put: CallTime
    """From the SDK's sending an aggregate until it is acknowledged."""
    read: CallTime
    """Of the event stream, until the poller has a second's records."""
    log: CallTime
    """What the services take for one of ingest's calls, and `trends` for one of rollup's. They answer one at a time."""
    trends: CallTime
    invoke: CallTime
    """An invocation's way to the function and back."""
    starts: Starts
    """Of an environment by itself."""
    starts_at_once: float = Field(gt=0, le=1_000)
    """Of ingest's environments, those that start together in what one takes; more share the machine, and below 2 two
    do."""
    first_batch: Seconds
    """Seconds by which an environment's first batch takes longer than others, of ingest's and rollup's; views' is
    taken to be like them."""


class Curve(_Model):
    """Bytes by a number of values, measured at some and straight in between; beyond the last as its last part rises."""

    at: tuple[Bytes, ...] = Field(min_length=2)
    bytes_there: tuple[Bytes, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if len(self.at) != len(self.bytes_there):
            raise ValueError(f"at has {len(self.at)} values and bytes_there {len(self.bytes_there)}: as many belong")
        for one, other in pairwise(self.at):
            # Of points that are nearer than values can be, bytes would rise by more than a number holds.
            if other - one < LEAST_STEP:
                raise ValueError(f"at should rise by {LEAST_STEP:g} or more each time, not from {one!r} to {other!r}")
        return self

    def of(self, values: float) -> float:
        """Return the bytes of so many values."""
        right = min(max(bisect_left(self.at, values), 1), len(self.at) - 1)
        left = right - 1
        rise = (self.bytes_there[right] - self.bytes_there[left]) / (self.at[right] - self.at[left])
        return max(self.bytes_there[left] + (values - self.at[left]) * rise, 0.0)


class Calibration(_Model):
    """All that the model knows of the code."""

    version: Literal[4] = VERSION
    made: str
    """When, where and with what."""
    processor: str
    processor_megabytes: float = Field(gt=0, le=1e6)
    """The memory with which Lambda gives a function as much processor as was measured on: 1,769 for a whole one
    (AWS Lambda Developer Guide, "Configure Lambda function memory")."""
    ingest: Annotated[FunctionCost, _of(INGEST_PARTS)]
    rollup: Annotated[FunctionCost, _of(ROLLUP_PARTS)]
    views: Annotated[FunctionCost, _of(VIEWS_PARTS)]
    counts: Curve
    """Compact counts by the number of different hashtags in them."""
    top_list: Curve
    """The item of the five minutes' list by the number of different hashtags counted."""
    local: LocalTimes


def read_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Raises:
        InputError: it can't be read, or is none.
    """
    return read_document(path, Calibration, "calibration", remedy="; penstock-load calibrate makes one")


def default_calibration() -> Calibration:
    """Return the one that comes along, which says where it was made."""
    text = resources.files(__package__).joinpath("default.json").read_text(encoding="utf-8")
    return Calibration.model_validate_json(text)
