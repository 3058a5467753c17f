"""Lambda's documented polling of Kinesis and DynamoDB streams, as a state machine without threads, clock or sockets.

`docs/event-source-mapping.md` lists the rules, where AWS states them, and the tests that hold them.
"""

from simulation.event_source_mapping.configuration import MappingConfig, MappingConfigError
from simulation.event_source_mapping.invocation import (
    Answered,
    FunctionFailed,
    InvocationResult,
    Invoke,
    NotInvoked,
    Throttled,
)
from simulation.event_source_mapping.invocation_record import MappingIdentity
from simulation.event_source_mapping.mapping_poller import MappingPoller

__all__ = [
    "Answered",
    "FunctionFailed",
    "InvocationResult",
    "Invoke",
    "MappingConfig",
    "MappingConfigError",
    "MappingIdentity",
    "MappingPoller",
    "NotInvoked",
    "Throttled",
]
