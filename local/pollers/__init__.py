"""Event source mappings of the local stack: the documented poller, run by threads against local services.

    config = MappingConfig.from_properties(properties)  # of the translated template, references resolved
    poller = open_poller(config, identity, client=client, invoke=invoke, consumed=trim)
    poller.start()
    ...
    poller.stop()

`client` makes a boto3 client by service name, `invoke` invokes the function with an event and returns an
`InvocationResult`, `consumed` is told how far a shard is checkpointed, so that the services can forget the rest.
"""

from uuid import uuid4

from local.pollers.destinations import ClientFor, Destinations
from local.pollers.limited_reader import LimitedReader, StreamReads
from local.pollers.poller import Consumed, Poller, PollerFailedError, steady_clock
from simulation.event_source_mapping.configuration import MappingConfig, StreamKind
from simulation.event_source_mapping.invocation import Invoke
from simulation.event_source_mapping.invocation_record import MappingIdentity
from simulation.event_source_mapping.mapping_poller import MappingPoller
from simulation.streams.dynamodb_streams import DynamoDBStreamReader
from simulation.streams.kinesis import KinesisReader
from simulation.streams.reader import StreamReader

__all__ = ["Poller", "PollerFailedError", "open_poller"]


def open_poller(
    config: MappingConfig,
    identity: MappingIdentity,
    *,
    client: ClientFor,
    invoke: Invoke,
    consumed: Consumed | None = None,
    reads: StreamReads | None = None,
) -> Poller:
    """Make the poller of one event source mapping; `start` it afterwards.

    `reads` is the budget of a Kinesis stream's shards, which all of the stream's mappings share.
    """
    clock = steady_clock()
    reader: StreamReader
    if config.stream_kind is StreamKind.KINESIS:
        reader = LimitedReader(KinesisReader(client("kinesis"), config.stream_arn), reads or StreamReads(), clock)
    else:
        reader = DynamoDBStreamReader(client("dynamodbstreams"), config.stream_arn)
    core = MappingPoller(config, identity, now=clock(), new_id=lambda: str(uuid4()))
    return Poller(core, reader, invoke, send=Destinations(client).send, clock=clock, consumed=consumed)
