"""What the work is made of: each part by itself, in microseconds of CPU time an event."""

from collections.abc import Sequence
from hashlib import md5, sha256

from penstock.aggregation import AggregateBuilder, UserRecord, partition_key_entry
from penstock.delivery.completion import Completion
from penstock.delivery.receipts import Receipts
from penstock.events import SocialEvent
from penstock.futures import EventFuture
from penstock.hash_keys import hash_key
from penstock.put_records_body import b64encode
from penstock.serialisation import serialise
from tests.benchmarks.parts import best

_AGGREGATED = 160  # about as many events as an aggregate of 50 KiB has


def measure_parts(events: Sequence[UserRecord]) -> dict[str, float]:
    """Return microseconds an event by part, the best of some tries, for a few aggregates' worth of the events."""
    events = events[: 60 * _AGGREGATED]
    groups = [events[start : start + _AGGREGATED] for start in range(0, len(events), _AGGREGATED)]
    blobs = [b"".join(event.data for event in group) for group in groups]
    texts = [b64encode(blob) for blob in blobs]
    entries = {event.partition_key: partition_key_entry(event.partition_key.encode()) for event in events}
    routes = {event.partition_key: (0, entries[event.partition_key]) for event in events}
    completion, receipts = Completion(), Receipts()
    models = [SocialEvent.model_validate_json(event.data) for event in events[:2000]]
    mappings = [model.model_dump() for model in models]

    def aggregate() -> None:
        for group in groups:
            builder = AggregateBuilder(2**20)
            for event in group:
                builder.add(entries[event.partition_key], event.data)
            builder.build()

    def note() -> None:
        for _ in events:
            receipts.append(completion, 0)

    return {
        "joining the bytes": best(lambda: [b"".join([event.data for event in group]) for group in groups], len(events)),
        "MD5 of an aggregate": best(lambda: [md5(blob, usedforsecurity=False).digest() for blob in blobs], len(events)),
        "base64, by pybase64": best(lambda: [b64encode(blob) for blob in blobs], len(events)),
        "SHA-256 of base64": best(lambda: [sha256(text).digest() for text in texts], len(events)),
        "joining base64 to a body": best(lambda: b"".join(texts), len(events)),
        "looking up a key's route": best(lambda: [routes[event.partition_key] for event in events], len(events)),
        "routing a new key: MD5 alone": best(lambda: [hash_key(event.partition_key) for event in events], len(events)),
        "builder: add and build": best(aggregate, len(events)),
        "a future": best(lambda: [EventFuture(completion, 0) for _ in events], len(events)),
        "a receipt of put_many": best(note, len(events)),
        "SocialEvent to JSON": best(lambda: [serialise(model, None) for model in models], len(models)),
        "mapping to SocialEvent to JSON": best(lambda: [serialise(mapping, None) for mapping in mappings], len(models)),
    }
