"""The poller's shell in a world: what becomes of a batch that is given up."""

from botocore.exceptions import ClientError

from penstock.listing import ListedShard
from simulation.event_source_mapping import MappingConfig
from simulation.event_source_mapping.actions import Position
from simulation.event_source_mapping.invocation import FunctionFailed
from simulation.event_source_mapping.invocation_record import InvocationRecord
from simulation.faults import Faults
from simulation.scheduler import Scheduler, Signal
from simulation.streams.reader import ReadAnswer
from simulation.trace import Trace
from simulation.world.mapping import Mapping

REFUSALS = 3


class OneRecord:
    """A stream of one shard, of which an iterator says how often it was read."""

    def list_shards(self) -> list[ListedShard]:
        return [ListedShard.from_entry({"ShardId": "shard", "SequenceNumberRange": {"StartingSequenceNumber": "0"}})]

    def open_iterator(self, shard_id: str, position: Position) -> str:
        assert shard_id == "shard"
        assert not position.sequence_number
        return "0"

    def read(self, iterator: str, limit: int) -> ReadAnswer:
        assert limit
        record = {"SequenceNumber": "1", "PartitionKey": "key", "Data": b"", "ApproximateArrivalTimestamp": 0.0}
        return ReadAnswer([] if int(iterator) else [record], str(int(iterator) + 1), 0)


def test_a_batch_is_stored_as_soon_as_its_destination_takes_it_and_only_then_checkpointed() -> None:
    scheduler = Scheduler(1, 0.0)
    stored: list[InvocationRecord] = []
    tries: list[float] = []

    def store(record: InvocationRecord) -> None:
        assert mapping.checkpoints == {}
        tries.append(scheduler.now)
        if len(tries) <= REFUSALS:
            raise ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")
        stored.append(record)

    mapping = Mapping(
        MappingConfig.from_properties(
            {
                "EventSourceArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/events",
                "FunctionName": "function",
                "StartingPosition": "TRIM_HORIZON",
                "MaximumRetryAttempts": 0,
                "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::bucket"}},
            }
        ),
        scheduler,
        Faults(1, ()),
        Trace(scheduler.clock),
        reader=OneRecord(),
        invoke=lambda _: FunctionFailed(),
        store=store,
        news=Signal(scheduler),
    )
    scheduler.run(600.0)
    scheduler.end()
    assert [record.body for record in stored] == mapping.discarded[-1:]
    assert len(tries) == len(mapping.discarded) == REFUSALS + 1
    assert tries == sorted(set(tries))
    assert mapping.checkpoints == {"shard": "1"}
