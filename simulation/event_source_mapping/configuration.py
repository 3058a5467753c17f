"""What an event source mapping is told: the properties of AWS::Lambda::EventSourceMapping for streams.

Every property of the resource is either obeyed, known to have no effect on what is delivered, or refused by
name: a local result would mislead if a setting were quietly ignored.

Ranges and defaults: CreateEventSourceMapping in the Lambda API reference, and the pages
"Lambda parameters for Amazon Kinesis Data Streams event source mappings" and its DynamoDB twin.
"""

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulation.event_source_mapping.event_pattern import EventPattern, EventPatternError
from simulation.event_source_mapping.properties import (
    MappingConfigError,
    boolean,
    integer,
    mapping,
    only,
    short,
    text,
)

__all__ = [
    "Destination",
    "DestinationKind",
    "MappingConfig",
    "MappingConfigError",
    "StartingPosition",
    "StreamKind",
]

INFINITE = -1
"""MaximumRetryAttempts and MaximumRecordAgeInSeconds: no limit but the stream's retention."""

MAX_FILTERS = 10
"""Five by default, ten with a raised quota ("Control which events Lambda sends to your function")."""

NO_EFFECT_ON_DELIVERY = frozenset({"KmsKeyArn", "MetricsConfig", "Tags"})
"""Accepted and unused: encryption of the filter at rest, CloudWatch metrics, tags."""

OTHER_SOURCES = frozenset(
    {
        "AmazonManagedKafkaEventSourceConfig",
        "DocumentDBEventSourceConfig",
        "LoggingConfig",
        "ProvisionedPollerConfig",
        "Queues",
        "ScalingConfig",
        "SelfManagedEventSource",
        "SelfManagedKafkaEventSourceConfig",
        "SourceAccessConfigurations",
        "Topics",
    }
)
"""Properties that belong to queues, Kafka, MQ or DocumentDB and mean nothing for a stream."""


class StreamKind(enum.Enum):
    """Which service's stream a mapping reads; the value is the service's part of the stream's ARN."""

    KINESIS = "kinesis"
    DYNAMODB = "dynamodb"


class StartingPosition(enum.Enum):
    """Where the mapping starts in a stream that it has no checkpoint for."""

    TRIM_HORIZON = "TRIM_HORIZON"
    LATEST = "LATEST"
    AT_TIMESTAMP = "AT_TIMESTAMP"


class DestinationKind(enum.Enum):
    """Services that can receive the record of a discarded batch."""

    S3 = "s3"
    SQS = "sqs"
    SNS = "sns"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the invocation records of discarded batches go."""

    kind: DestinationKind
    arn: str


@dataclass(frozen=True, slots=True)
class MappingConfig:
    """One event source mapping of a Kinesis or DynamoDB stream. Times are in seconds.

    Build it with `from_properties`; the constructor checks nothing.
    """

    stream_arn: str
    stream_kind: StreamKind
    function_name: str
    starting_position: StartingPosition
    starting_timestamp: float | None = None
    enabled: bool = True
    batch_size: int = 100
    batching_window: int = 0
    parallelization_factor: int = 1
    tumbling_window: int = 0
    bisect_on_error: bool = False
    maximum_retry_attempts: int = INFINITE
    maximum_record_age: int = INFINITE
    report_batch_item_failures: bool = False
    on_failure: Destination | None = None
    filters: tuple[EventPattern, ...] = ()

    @property
    def region(self) -> str:
        """The stream's region, from its ARN."""
        return self.stream_arn.split(":")[3]

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any]) -> "MappingConfig":
        """Read the properties of a translated template's AWS::Lambda::EventSourceMapping.

        References must be resolved already. Numbers and booleans may be strings, as CloudFormation
        parameters are.

        Raises
        ------
        MappingConfigError
            A property is missing, out of range, unknown, or asks for something not simulated.
        """
        _refuse_unknown(properties)
        stream_arn, kind = _stream(properties)
        position, timestamp = _starting_position(properties, kind)
        factor = integer(properties, "ParallelizationFactor", 1, 1, 10)
        window = integer(properties, "TumblingWindowInSeconds", 0, 0, 900)
        if window and factor > 1:
            # On no page of AWS; its API refuses it (terraform-aws-modules/terraform-aws-lambda, issue 619).
            raise MappingConfigError(
                f"TumblingWindowInSeconds is {window} and ParallelizationFactor {factor}: a window's state is its "
                "shard's, so set one of them to its default."
            )
        age = integer(properties, "MaximumRecordAgeInSeconds", INFINITE, INFINITE, 604_800)
        if INFINITE < age < 60:
            raise MappingConfigError(f"MaximumRecordAgeInSeconds is {age}: use -1 (infinite) or 60 to 604800.")
        return cls(
            stream_arn=stream_arn,
            stream_kind=kind,
            function_name=text(properties, "FunctionName"),
            starting_position=position,
            starting_timestamp=timestamp,
            enabled=boolean(properties, "Enabled", default=True),
            batch_size=integer(properties, "BatchSize", 100, 1, 10_000),
            batching_window=integer(properties, "MaximumBatchingWindowInSeconds", 0, 0, 300),
            parallelization_factor=factor,
            tumbling_window=window,
            bisect_on_error=boolean(properties, "BisectBatchOnFunctionError", default=False),
            maximum_retry_attempts=integer(properties, "MaximumRetryAttempts", INFINITE, INFINITE, 10_000),
            maximum_record_age=age,
            report_batch_item_failures=_reports_failures(properties),
            on_failure=_destination(properties),
            filters=_filters(properties, kind),
        )


_READ = frozenset(
    {
        "BatchSize",
        "BisectBatchOnFunctionError",
        "DestinationConfig",
        "Enabled",
        "EventSourceArn",
        "FilterCriteria",
        "FunctionName",
        "FunctionResponseTypes",
        "MaximumBatchingWindowInSeconds",
        "MaximumRecordAgeInSeconds",
        "MaximumRetryAttempts",
        "ParallelizationFactor",
        "StartingPosition",
        "StartingPositionTimestamp",
        "TumblingWindowInSeconds",
    }
)

_DATA_KEYS = frozenset({"data", "dynamodb"})
"""Fields that hold a record's own JSON; a pattern for them must be JSON too."""

_FILTER_KEYS = {
    StreamKind.KINESIS: frozenset({"data"}),
    StreamKind.DYNAMODB: frozenset(
        {
            "awsRegion",
            "dynamodb",
            "eventID",
            "eventName",
            "eventSource",
            "eventSourceARN",
            "eventVersion",
            "userIdentity",
        }
    ),
}
"""Top-level keys a pattern may name. The DynamoDB page names `dynamodb` alone, the DynamoDB developer guide
filters TTL deletions by `userIdentity`, and `eventName` is in general use; see docs/event-source-mapping.md."""


def _refuse_unknown(properties: Mapping[str, Any]) -> None:
    for name in properties:
        if name in OTHER_SOURCES:
            raise MappingConfigError(
                f"{name} does not apply to Kinesis or DynamoDB streams, the only sources simulated: remove it."
            )
        if name not in _READ and name not in NO_EFFECT_ON_DELIVERY:
            raise MappingConfigError(
                f"{name} is not a known property of AWS::Lambda::EventSourceMapping: check its spelling."
            )


def _stream(properties: Mapping[str, Any]) -> tuple[str, StreamKind]:
    arn = text(properties, "EventSourceArn")
    parts = arn.split(":", 5)
    resource = parts[5] if len(parts) == 6 and parts[0] == "arn" else ""
    if parts[2:3] == ["kinesis"] and resource.startswith("stream/"):
        if resource.count("/") > 1:
            raise MappingConfigError(
                f"EventSourceArn {arn!r} is a stream consumer, and enhanced fan-out is not simulated: "
                "give the stream's ARN."
            )
        return arn, StreamKind.KINESIS
    if parts[2:3] == ["dynamodb"] and "/stream/" in resource:
        return arn, StreamKind.DYNAMODB
    raise MappingConfigError(
        f"EventSourceArn {short(arn)} is neither a Kinesis stream's nor a DynamoDB stream's ARN: "
        "only these sources are simulated."
    )


def _starting_position(properties: Mapping[str, Any], kind: StreamKind) -> tuple[StartingPosition, float | None]:
    name = text(properties, "StartingPosition")
    try:
        position = StartingPosition(name)
    except ValueError:
        raise MappingConfigError(
            f"StartingPosition is {short(name)}: use TRIM_HORIZON, LATEST or AT_TIMESTAMP."
        ) from None
    timestamp = properties.get("StartingPositionTimestamp")
    if position is not StartingPosition.AT_TIMESTAMP:
        if timestamp is not None:
            raise MappingConfigError(
                f"StartingPositionTimestamp is only valid with AT_TIMESTAMP, not with {name}: remove it."
            )
        return position, None
    if kind is StreamKind.DYNAMODB:
        raise MappingConfigError(
            "StartingPosition AT_TIMESTAMP is not supported for DynamoDB streams: use TRIM_HORIZON or LATEST."
        )
    if timestamp is None:
        raise MappingConfigError("StartingPosition AT_TIMESTAMP needs StartingPositionTimestamp.")
    return position, _epoch(timestamp)


def _epoch(value: object) -> float:
    """Epoch seconds from a number, a number in a string, a datetime or an ISO 8601 string."""
    if isinstance(value, datetime):
        moment = value
    elif re.fullmatch(r"\d+(\.\d+)?", str(value)):
        return float(str(value))
    else:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            raise MappingConfigError(
                f"StartingPositionTimestamp is {short(value)}: use epoch seconds or ISO 8601."
            ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _reports_failures(properties: Mapping[str, Any]) -> bool:
    types = properties.get("FunctionResponseTypes") or []
    if isinstance(types, str) or not isinstance(types, Iterable):
        raise MappingConfigError(f"FunctionResponseTypes is {short(types)}: use a list.")
    for name in (listed := list(types)):
        if name != "ReportBatchItemFailures":
            raise MappingConfigError(
                f"FunctionResponseTypes holds {short(name)}: ReportBatchItemFailures is the only type there is."
            )
    return bool(listed)


def _destination(properties: Mapping[str, Any]) -> Destination | None:
    settings = mapping("DestinationConfig", properties.get("DestinationConfig"))
    only(settings, "DestinationConfig", {"OnFailure"})
    on_failure = mapping("DestinationConfig.OnFailure", settings.get("OnFailure"))
    only(on_failure, "DestinationConfig.OnFailure", {"Destination"})
    arn = str(on_failure.get("Destination") or "")
    if not arn:
        return None
    parts = arn.split(":", 5)
    for kind in DestinationKind:
        if len(parts) == 6 and parts[0] == "arn" and parts[2] == kind.value and parts[5]:
            return Destination(kind, arn)
    raise MappingConfigError(
        f"DestinationConfig.OnFailure.Destination is {short(arn)}: use the ARN of an S3 bucket, "
        "an SQS queue or an SNS topic."
    )


def _filters(properties: Mapping[str, Any], kind: StreamKind) -> tuple[EventPattern, ...]:
    criteria = mapping("FilterCriteria", properties.get("FilterCriteria"))
    only(criteria, "FilterCriteria", {"Filters"})
    listed = criteria.get("Filters") or []
    if not isinstance(listed, list):
        raise MappingConfigError(f"FilterCriteria.Filters is {short(listed)}: use a list.")
    if len(listed) > MAX_FILTERS:
        raise MappingConfigError(f"FilterCriteria has {len(listed)} filters: {MAX_FILTERS} is the most.")
    patterns = []
    for number, entry in enumerate(listed):
        name = f"FilterCriteria.Filters[{number}]"
        fields = mapping(name, entry)
        only(fields, name, {"Pattern"})
        try:
            pattern = EventPattern.parse(str(fields.get("Pattern", "")))
        except EventPatternError as error:
            raise MappingConfigError(f"{name}.Pattern {error}") from error
        for key in pattern.keys:
            if key not in _FILTER_KEYS[kind]:
                raise MappingConfigError(
                    f"{name}.Pattern names {key!r}: records of this source are filtered on "
                    f"{', '.join(sorted(_FILTER_KEYS[kind]))}."
                )
        for key in _DATA_KEYS & pattern.leaves:
            raise MappingConfigError(f"{name}.Pattern: the pattern of {key!r} must be an object.")
        patterns.append(pattern)
    return tuple(patterns)
