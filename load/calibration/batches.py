"""Batches to calibrate with: Lambda's events of both streams, with events of a shape."""

import base64
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import Any, Final, NamedTuple

from penstock.aggregation import AggregateBuilder, partition_key_entry
from penstock.events import KINDS, SocialEvent

_LANGS: Final = ("en", "en", "en", "en", "ja", "ja", "de", "pt", "es", None)
_AUTHORS: Final = 100_000


class EventShape(NamedTuple):
    """What events look like.

    Attributes:
        text: length of their texts, characters.
        hashtags: of each event.
        vocabulary: how many different hashtags there are.
    """

    text: int = 50
    hashtags: int = 1
    vocabulary: int = 20_000


class Made(NamedTuple):
    """A batch, and what there is to do in it."""

    batch: dict[str, Any]
    records: int
    events: int
    payload_bytes: int
    hashtags: int


class Batches:
    """Makes batches whose events are all new; all chance comes from a seed."""

    def __init__(self, shape: EventShape, seed: int) -> None:
        """Hashtags follow Zipf's law; a fifth of them are not ASCII."""
        self._shape = shape
        self._random = Random(seed)
        self._weights = list(accumulate(1 / rank for rank in range(1, 1 + shape.vocabulary)))
        self._number = seed * 10**9
        self.drawn: set[int] = set()
        """Ranks of the hashtags drawn so far."""

    def make(self, events: int, aggregate_bytes: int | None, now: float, seconds: float) -> Made:
        """Return a batch of so many events created in the `seconds` before `now` (epoch seconds).

        `aggregate_bytes` is how large aggregates are; None for a record for each event.
        """
        created = [now - seconds * (1 - number / events) for number in range(events)]
        made = [self._event(when) for when in created]
        payloads = [(event.author, event.to_json()) for event in made]
        blobs = [data for _, data in payloads] if aggregate_bytes is None else list(_joined(payloads, aggregate_bytes))
        records = [self._record(blob, now) for blob in blobs]
        return Made(
            {"Records": records},
            len(records),
            events,
            sum(len(data) for _, data in payloads),
            sum(len(event.hashtags) for event in made),
        )

    def _event(self, created: float) -> SocialEvent:
        draw, shape = self._random, self._shape
        self._number += 1
        ranks = [bisect(self._weights, draw.random() * self._weights[-1]) for _ in range(shape.hashtags)]
        self.drawn.update(ranks)
        return SocialEvent(
            event_id=f"0193a5c0-0000-7000-8000-{self._number:012}",
            kind=draw.choice(KINDS),
            platform="bluesky",
            author=f"did:plc:{draw.randrange(_AUTHORS):024}",
            created_at=datetime.fromtimestamp(created, UTC),
            lang=draw.choice(_LANGS),
            hashtags=[_hashtag(rank) for rank in ranks],
            text="x" * shape.text,
        )

    def _record(self, data: bytes, arrived: float) -> dict[str, Any]:
        self._number += 1
        sequence = str(self._number)
        return {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "shardId-000000000000.0",
                "sequenceNumber": sequence,
                "data": base64.b64encode(data).decode(),
                "approximateArrivalTimestamp": round(arrived, 3),
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"shardId-000000000000:{sequence}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": "arn:aws:iam::123456789012:role/ingest",
            "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/events",
        }


def log_stream_batch(images: Iterable[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Return segments as a batch of the pane log's stream."""
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "SequenceNumber": str(number),
                    "NewImage": {
                        name: {kind: base64.b64encode(value).decode() if isinstance(value, bytes) else value}
                        for name, typed in image.items()
                        for kind, value in typed.items()
                    },
                },
            }
            for number, image in enumerate(images)
        ]
    }


def _joined(payloads: Sequence[tuple[str, bytes]], aggregate_bytes: int) -> Iterator[bytes]:
    builder = AggregateBuilder(aggregate_bytes)
    for author, data in payloads:
        entry = partition_key_entry(author.encode())
        if not builder.add(entry, data):
            yield builder.build()
            builder = AggregateBuilder(aggregate_bytes)
            builder.add(entry, data)
    yield builder.build()


def _hashtag(rank: int) -> str:
    return f"水の流れ{rank}" if rank % 5 == 4 else f"hashtag{rank}"
