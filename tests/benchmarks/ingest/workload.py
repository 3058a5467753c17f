"""What every contender is given: the same events, round by round, as Lambda hands them over."""

import json
from base64 import b64encode
from bisect import bisect
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, Final, NamedTuple

from penstock.aggregation import AggregateBuilder, partition_key_entry
from penstock.events import KINDS, SocialEvent

RATE: Final = 1_000
"""Events a second of event time."""

SCHEDULE: Final = json.dumps([{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}])
"""As `template.yaml` has it by default."""

AGGREGATE_BYTES: Final = 51_200
"""As the producer makes them by default."""

_START: Final = datetime(2026, 11, 22, tzinfo=UTC)
_HASHTAGS: Final = 20_000
_AUTHORS: Final = 100_000
_LANGS: Final = ("en", "en", "en", "en", "ja", "ja", "de", "pt", "es", None)
_ZIPF: Final = list(accumulate(1 / rank for rank in range(1, 1 + _HASHTAGS)))


class Item(NamedTuple):
    """An event on its way."""

    created: datetime
    author: str
    data: bytes


def make_items(first: int, count: int) -> list[Item]:
    """Return events as the SDK sends them, the same for the same numbers: 1,000 a second, 1.5 hashtags an event.

    Hashtags are drawn from 20,000 by Zipf's law, a fifth of them in letters beyond ASCII; authors from 100,000.

    Args:
        first: number of the first event since the stream began.
        count: how many.
    """
    return [_item(number) for number in range(first, first + count)]


def aggregated(items: Sequence[Item], events: int) -> list[dict[str, Any]]:
    """Return Lambda events of so many events each, in aggregates of 50 KiB."""
    batches = []
    for start in range(0, len(items), events):
        records: list[dict[str, Any]] = []
        builder = AggregateBuilder(AGGREGATE_BYTES)
        for item in items[start : start + events]:
            entry = partition_key_entry(item.author.encode())
            if not builder.add(entry, item.data):
                records.append(_record(item.created, builder.build()))
                builder = AggregateBuilder(AGGREGATE_BYTES)
                builder.add(entry, item.data)
        records.append(_record(items[min(start + events, len(items)) - 1].created, builder.build()))
        batches.append({"Records": records})
    return batches


def plain(items: Sequence[Item]) -> dict[str, Any]:
    """Return one Lambda event with a record for each event."""
    return {"Records": [_record(item.created, item.data, item.author) for item in items]}


def _item(number: int) -> Item:
    draw = Random(number)
    created = _START + timedelta(seconds=number / RATE)
    event = SocialEvent(
        event_id=f"0193a5c0-0000-7000-8000-{number:012}",
        kind=draw.choice(KINDS),
        platform="bluesky",
        author=f"did:plc:{draw.randrange(_AUTHORS):024}",
        created_at=created,
        lang=draw.choice(_LANGS),
        hashtags=[_hashtag(bisect(_ZIPF, draw.random() * _ZIPF[-1])) for _ in range(1 + number % 2)],
        text="x" * draw.randrange(100),
    )
    return Item(created, event.author, event.to_json())


def _hashtag(rank: int) -> str:
    return f"水の流れ{rank}" if rank % 5 == 4 else f"hashtag{rank}"


def _record(arrived: datetime, data: bytes, partition_key: str = "shardId-000000000000.0") -> dict[str, Any]:
    sequence = f"4966{int(arrived.timestamp() * 1e6):052}"
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": partition_key,
            "sequenceNumber": sequence,
            "data": b64encode(data).decode(),
            "approximateArrivalTimestamp": round(arrived.timestamp(), 3),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000000:{sequence}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/ingest",
        "awsRegion": "eu-central-1",
        "eventSourceARN": "arn:aws:kinesis:eu-central-1:123456789012:stream/events",
    }
