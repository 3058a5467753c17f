"""Penstock's producer SDK: send social events to Amazon Kinesis Data Streams.

The names below are imported when they are first used: a function that needs only ``penstock.hash_keys`` loads
neither pydantic nor boto3, whose import would be most of its cold start.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from penstock.async_producer import AsyncProducer
    from penstock.config import ProducerConfig
    from penstock.delivery.outcomes import Attempt, PutResult
    from penstock.errors import (
        BufferFullError,
        ConfigurationError,
        DeliveryError,
        FlushTimeoutError,
        InvalidEventError,
        PenstockError,
        ProducerClosedError,
    )
    from penstock.events import KINDS, Kind, SocialEvent
    from penstock.producer import Producer

__all__ = [
    "KINDS",
    "AsyncProducer",
    "Attempt",
    "BufferFullError",
    "ConfigurationError",
    "DeliveryError",
    "FlushTimeoutError",
    "InvalidEventError",
    "Kind",
    "PenstockError",
    "Producer",
    "ProducerClosedError",
    "ProducerConfig",
    "PutResult",
    "SocialEvent",
]

_MODULES: Final = {
    "KINDS": "penstock.events",
    "AsyncProducer": "penstock.async_producer",
    "Attempt": "penstock.delivery.outcomes",
    "BufferFullError": "penstock.errors",
    "ConfigurationError": "penstock.errors",
    "DeliveryError": "penstock.errors",
    "FlushTimeoutError": "penstock.errors",
    "InvalidEventError": "penstock.errors",
    "Kind": "penstock.events",
    "PenstockError": "penstock.errors",
    "Producer": "penstock.producer",
    "ProducerClosedError": "penstock.errors",
    "ProducerConfig": "penstock.config",
    "PutResult": "penstock.delivery.outcomes",
    "SocialEvent": "penstock.events",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types are those of the names above
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
