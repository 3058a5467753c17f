"""The event source mappings of a world: the template's, but for what the seed draws."""

from typing import TYPE_CHECKING, Any, Final

from simulation.event_source_mapping import MappingConfig
from simulation.event_source_mapping.invocation_record import InvocationRecord
from simulation.event_source_mapping.limits import HoldLimits
from simulation.scheduler import Signal
from simulation.streams.dynamodb_streams import DynamoDBStreamReader
from simulation.streams.kinesis import KinesisReader
from simulation.streams.reader import StreamReader
from simulation.world.handlers import FunctionName
from simulation.world.mapping import Mapping
from simulation.world.names import BUCKET, LOG_STREAM_ARN, TRENDS_STREAM_ARN
from simulation.world.process import Process
from simulation.world.wire import Service

if TYPE_CHECKING:
    from simulation.world.world import World

_EACH: Final = {
    "StartingPosition": "TRIM_HORIZON",
    "MaximumRetryAttempts": -1,
    "MaximumRecordAgeInSeconds": 82_800,
    "DestinationConfig": {"OnFailure": {"Destination": f"arn:aws:s3:::{BUCKET}"}},
}
_ANSWERING: Final = _EACH | {"FunctionResponseTypes": ["ReportBatchItemFailures"], "BisectBatchOnFunctionError": True}
"""Of those whose functions say which records failed."""
WINDOWS: Final = (0, 2, 10, 10, 10, 20)
"""Seconds of a batching window, by chance."""


class Mappings:
    """Makes the mappings of a world, whose poller is a process of its own."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._poller = Process(world.scheduler, "poller")
        self._failures = world.client(Service.S3, self._poller)

    def ingest(self) -> Mapping:
        """Return what polls the stream of events."""
        world, chance = self._world, self._world.scheduler.chance
        factor = chance.choice([1, 1, 1, 3])
        config = MappingConfig.from_properties(
            _ANSWERING
            | {
                "EventSourceArn": world.stream.arn,
                "FunctionName": FunctionName.INGEST.value,
                "BatchSize": chance.choice([10, 100, 10_000]),
                "MaximumBatchingWindowInSeconds": chance.choice(WINDOWS),
                "ParallelizationFactor": factor,
            }
        )
        reader = KinesisReader(world.kinesis_client(self._poller), world.stream.arn)
        mapping = self._mapping(config, reader, world.kinesis_news, world.bounds.of_poller(config))
        mapping.delivered, mapping.answered = world.delivery_order.delivered, world.delivery_order.answered
        return mapping

    def rollup(self) -> Mapping:
        """Return what polls the log's stream."""
        world, chance = self._world, self._world.scheduler.chance
        config = MappingConfig.from_properties(
            _ANSWERING
            | {
                "EventSourceArn": LOG_STREAM_ARN,
                "FunctionName": FunctionName.ROLLUP.value,
                "BatchSize": chance.choice([10, 100, 1_000]),
                "MaximumBatchingWindowInSeconds": chance.choice(WINDOWS),
                "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
            }
        )
        return self._mapping(config, self._table_reader(LOG_STREAM_ARN), world.log_news, world.bounds.of_poller(config))

    def views(self) -> Mapping:
        """Return what polls the stream of the trends table."""
        world = self._world
        config = MappingConfig.from_properties(
            _EACH
            | {
                "EventSourceArn": TRENDS_STREAM_ARN,
                "FunctionName": FunctionName.VIEWS.value,
                "BatchSize": 10_000,
                "MaximumBatchingWindowInSeconds": world.scheduler.chance.choice([2, 5, 10]),
                "FilterCriteria": {"Filters": [{"Pattern": '{"dynamodb":{"Keys":{"bucket":{"S":["changed"]}}}}'}]},
            }
        )
        return self._mapping(config, self._table_reader(TRENDS_STREAM_ARN), world.notes_news)

    def _table_reader(self, stream_arn: str) -> DynamoDBStreamReader:
        world = self._world
        return DynamoDBStreamReader(world.wire.client(Service.STREAMS, world.streams, self._poller), stream_arn)

    def _mapping(
        self, config: MappingConfig, reader: StreamReader, news: Signal, hold: HoldLimits | None = None
    ) -> Mapping:
        world, function = self._world, FunctionName(config.function_name)

        def invoke(payload: bytes) -> Any:  # noqa: ANN401 - an invocation's result
            return world.functions.invoke(function, payload)

        return Mapping(
            config,
            world.scheduler,
            world.faults,
            world.trace,
            reader=reader,
            invoke=invoke,
            store=self._store,
            news=news,
            hold=hold,
        )

    def _store(self, record: InvocationRecord) -> None:
        self._failures.put_object(Bucket=BUCKET, Key=record.key, Body=record.body)
