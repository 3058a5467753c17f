"""What can be chosen: the template's parameters that decide speed and price, and the producer's options beside them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from consumers.schedule import Entry, Schedule, ScheduleError
from load.errors import InputError


class CapacityMode(StrEnum):
    """How a stream or a table is paid for."""

    PROVISIONED = "provisioned"
    ON_DEMAND = "on-demand"


class Parameter(NamedTuple):
    """A setting that is a number.

    Attributes:
        name: as `template.yaml` has it; of what the template does not know, as `penstock.ProducerConfig` does.
        least, most: its limits, both allowed.
    """

    name: str
    least: float
    most: float


PARAMETERS: Final = {
    "shards": Parameter("ShardCount", 1, 200),
    "ingest_batch_size": Parameter("IngestBatchSize", 1, 10_000),
    "ingest_window_seconds": Parameter("IngestWindowSeconds", 0, 300),
    "ingest_parallelization_factor": Parameter("IngestParallelizationFactor", 1, 10),
    "ingest_memory_megabytes": Parameter("IngestMemoryMegabytes", 256, 10_240),
    "rollup_batch_size": Parameter("RollupBatchSize", 1, 10_000),
    "rollup_window_seconds": Parameter("RollupWindowSeconds", 0, 300),
    "rollup_memory_megabytes": Parameter("RollupMemoryMegabytes", 256, 10_240),
    "views_window_seconds": Parameter("ViewsWindowSeconds", 1, 60),
    "views_memory_megabytes": Parameter("ViewsMemoryMegabytes", 512, 10_240),
}
"""The template's, with its limits."""

PRODUCER_OPTIONS: Final = {
    "aggregate_bytes": Parameter("aggregate_bytes", 64, 10 * 2**20),
    "linger_seconds": Parameter("linger_seconds", 0.0, 60.0),
    "lanes_per_shard": Parameter("lanes_per_shard", 1, 1_000),
}
"""Of every client's producer."""

SCHEDULE: Final = ("pane_seconds", "key_groups", "buckets")
"""Together they are an entry of the parameter `Schedule`."""

MODES: Final = ("stream_mode", "table_mode")
"""Of the stream, which is the parameter `StreamMode`; of tables, which are priced and planned, but the template has
on-demand tables alone."""

STREAM_MODE: Final = "StreamMode"
STREAM_MODES: Final = {"PROVISIONED": CapacityMode.PROVISIONED, "ON_DEMAND": CapacityMode.ON_DEMAND}
"""As the template has them."""

SAMCONFIG_VERSION: Final = 0.1
"""Of the format, without which SAM does not read the file."""

MOST_PLANNED_SHARDS: Final = 20_000
"""A plan may have more shards than the template's parameter, whose limit is the default quota of an account."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """One choice of everything; the defaults are the template's and the producer's.

    Windows and `linger_seconds` are seconds, memory is megabytes as Lambda counts them, `aggregate_bytes` bytes.

    Raises:
        InputError: a value lies outside its limits.
    """

    shards: int = 2
    stream_mode: CapacityMode = CapacityMode.PROVISIONED
    ingest_batch_size: int = 10_000
    ingest_window_seconds: int = 2
    ingest_parallelization_factor: int = 1
    ingest_memory_megabytes: int = 1_024
    rollup_batch_size: int = 1_000
    rollup_window_seconds: int = 2
    rollup_memory_megabytes: int = 512
    views_window_seconds: int = 5
    views_memory_megabytes: int = 1_024
    pane_seconds: int = 10
    key_groups: int = 8
    buckets: int = 4
    aggregate_bytes: int = 51_200
    linger_seconds: float = 0.1
    lanes_per_shard: int = 1
    table_mode: CapacityMode = CapacityMode.ON_DEMAND

    def __post_init__(self) -> None:
        """Check each value by itself."""
        for name, (shown, least, most) in (PARAMETERS | PRODUCER_OPTIONS).items():
            value = getattr(self, name)
            most_allowed = MOST_PLANNED_SHARDS if name == "shards" else most
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError(f"{shown} must be a number, not {value!r:.60}")
            if name != "linger_seconds" and not isinstance(value, int):
                raise InputError(f"{shown} must be a whole number, not {value!r:.60}")
            if not least <= value <= most_allowed:
                raise InputError(f"{shown} must be {least:,} to {most_allowed:,}, not {value:,}")
        for name in MODES:
            if getattr(self, name) not in tuple(CapacityMode):
                raise InputError(f"{name} must be provisioned or on-demand, not {getattr(self, name)!r:.60}")
        try:
            Entry(0, self.pane_seconds, self.key_groups, self.buckets)
        except (ScheduleError, TypeError) as error:
            raise InputError(f"Schedule: {error}") from error

    @classmethod
    def parse(cls, settings: Mapping[str, str]) -> Self:
        """Return the defaults with some settings changed, by the template's or the producer's names or those here.

        Raises:
            InputError: an unknown name, or a value that is none.

        >>> Configuration.parse({"ShardCount": "4", "linger_seconds": "0.25"}).shards
        4
        """
        return cls().with_settings(settings)

    def with_settings(self, settings: Mapping[str, str]) -> Self:
        """Return a copy with settings changed that are given as text, as in `parse`.

        Raises:
            InputError: as of `parse`.
        """
        known = {parameter.name: field for field, parameter in PARAMETERS.items()}
        types: dict[str, Any] = {field.name: field.type for field in fields(self)}
        changes: dict[str, Any] = {}
        for name, text in settings.items():
            if name == "Schedule":
                changes |= _of_schedule(text)
                continue
            if name == STREAM_MODE:
                changes["stream_mode"] = _of_stream_mode(text)
                continue
            field = known.get(name, name)
            if field not in types:
                names = ", ".join([*known, STREAM_MODE, "Schedule", *PRODUCER_OPTIONS, *SCHEDULE, *MODES])
                raise InputError(f"there is no setting {name!r:.60}; there are {names}")
            try:
                changes[field] = types[field](text)
            except ValueError as error:
                raise InputError(f"{name} must be {_allowed(field)}, not {text!r:.60}") from error
        return replace(self, **changes)

    def as_document(self) -> dict[str, Any]:
        """Return all values by their names here, for JSON."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters, all of them but the schedule: that is changed by appending to the one in force."""
        mode = next(name for name, mode in STREAM_MODES.items() if mode is self.stream_mode)
        return {STREAM_MODE: mode} | {name.name: str(getattr(self, field)) for field, name in PARAMETERS.items()}

    @property
    def schedule(self) -> str:
        """The parameter `Schedule` of a new stack."""
        return Schedule([Entry(0, self.pane_seconds, self.key_groups, self.buckets)]).to_json()

    @property
    def addresses_a_minute(self) -> int:
        """Addresses of the pane log in a minute of event time."""
        return 60 // self.pane_seconds * self.key_groups

    @property
    def beyond(self) -> str:
        """What the template's parameter has to be changed for before this can be deployed; nothing if it needn't be."""
        name, _, most = PARAMETERS["shards"]
        if self.stream_mode is CapacityMode.ON_DEMAND or self.shards <= most:
            return ""
        return (
            f"{name} is {self.shards:,}, and the template takes {most:,} at most: raise the parameter's MaxValue "
            "and the account's quota of shards before it is deployed"
        )

    def samconfig(self) -> str:
        """Return the parameters of a new stack as a `samconfig.toml`, which `sam deploy` reads.

        The producer's options are a comment: they are the clients' to set. So is `beyond`, if there is something.
        """
        overrides = [f"{name}={value}" for name, value in self.parameters.items()] + [f"Schedule={self.schedule}"]
        options = ", ".join(f"{name}={getattr(self, name)}" for name in PRODUCER_OPTIONS)
        remarks = [f"# producers: {options}"] + ([f"# {self.beyond}"] if self.beyond else [])
        lines = [*remarks, f"version = {SAMCONFIG_VERSION}", "[default.deploy.parameters]", "parameter_overrides = ["]
        # A JSON string is a TOML string, for what these hold.
        lines += [f"    {json.dumps(_quoted(override))}," for override in overrides]
        return "\n".join([*lines, "]", ""])


def _allowed(field: str) -> str:
    """Return what a setting may be, in words."""
    if field in MODES:
        return " or ".join(CapacityMode)
    if field not in PARAMETERS | PRODUCER_OPTIONS:
        return "a whole number"
    _, least, most = (PARAMETERS | PRODUCER_OPTIONS)[field]
    whole = "" if isinstance(least, float) else "a whole number, "
    return f"{whole}{least:,} to {MOST_PLANNED_SHARDS if field == 'shards' else most:,}"


def _of_stream_mode(text: str) -> CapacityMode:
    if text not in STREAM_MODES:
        raise InputError(f"{STREAM_MODE} must be {' or '.join(STREAM_MODES)}, not {text!r:.60}")
    return STREAM_MODES[text]


def _of_schedule(text: str) -> dict[str, int]:
    try:
        entry = Schedule.parse(text).entries[-1]
    except ScheduleError as error:
        raise InputError(f"Schedule: {error}") from error
    return {"pane_seconds": entry.seconds, "key_groups": entry.groups, "buckets": entry.buckets}


def _quoted(override: str) -> str:
    """Return an override as SAM reads it from a list: values with quotation marks of their own are in single ones."""
    name, _, value = override.partition("=")
    return f"{name}='{value}'" if '"' in value else override
