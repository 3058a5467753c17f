"""Producers that wait for no company and know no limit, and an event for them."""

from datetime import UTC, datetime
from typing import Any

from penstock.async_producer import AsyncProducer
from penstock.config import ProducerConfig
from penstock.events import SocialEvent
from penstock.producer import Producer
from tests.unit.penstock.stub_client import StubClient

EVENT = SocialEvent(
    event_id="1", kind="post", platform="bluesky", author="did:plc:1", created_at=datetime(2026, 1, 1, tzinfo=UTC)
)


def producer(stub: StubClient, **options: Any) -> Producer:  # noqa: ANN401 - ProducerConfig's, each of its own type
    return Producer("events", client=stub.client, config=_config(options))


def async_producer(stub: StubClient, **options: Any) -> AsyncProducer:  # noqa: ANN401 - as above
    return AsyncProducer("events", client=stub.client, config=_config(options))


def _config(options: dict[str, Any]) -> ProducerConfig:
    return ProducerConfig(**{"linger_seconds": 0, "rate_limit_percent": None, **options})
