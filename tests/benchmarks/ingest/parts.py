"""What the work is made of: each stage of a 5,000-event batch by itself."""

from typing import TYPE_CHECKING, Any, cast

from pybase64 import b64decode

from consumers import counts
from consumers.ingest.clients import dynamodb_client
from consumers.ingest.decode import decode
from consumers.ingest.reader import EventReader
from consumers.ingest.validate import validate
from consumers.pane_log.fold import count, fingerprint, fold
from consumers.pane_log.log import PaneLog
from consumers.pane_log.writer import Writer
from consumers.schedule import DAY, Schedule
from penstock.aggregation import read_aggregate
from penstock.events import SocialEvent
from tests.benchmarks.ingest.workload import SCHEDULE, aggregated, make_items
from tests.benchmarks.parts import best

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_EVENTS = 5_000


class _NoCalls:
    """DynamoDB's client as far as the writer needs it, without the cost of calls."""

    def query(self, **_: object) -> dict[str, Any]:
        return {"Items": []}

    def put_item(self, **_: object) -> dict[str, Any]:
        return {}


def measure_parts() -> dict[str, float]:
    """Return microseconds an event by part, the best of some tries."""
    (batch,) = aggregated(make_items(0, _EVENTS), _EVENTS)
    texts = [record["kinesis"]["data"] for record in batch["Records"]]
    blobs = [b64decode(text) for text in texts]
    deliveries, _ = decode(batch)
    payloads = [payload for delivery in deliveries for payload in delivery.payloads]
    events, _ = validate(deliveries, 7 * DAY)
    schedule = Schedule.parse(SCHEDULE)
    folds = fold(events, schedule)
    folded = [list(each.events.values()) for each in folds]
    counted = [count(each) for each in folded]
    read = EventReader().read
    unstubbed = cast("DynamoDBClient", _NoCalls())
    stubbed = dynamodb_client()

    def write(client: "DynamoDBClient") -> None:
        writer = Writer(PaneLog(client, "log"), DAY)
        for each in folds:
            writer.write(each, lambda: 60.0)

    parts = {
        "base64": lambda: [b64decode(text) for text in texts],
        "aggregates, with their MD5": lambda: [read_aggregate(blob) for blob in blobs],
        "payloads: JSON, rules, normal form": lambda: [read(payload, 0, 0) for payload in payloads],
        "time rules, and the payloads again": lambda: validate(deliveries, 7 * DAY),
        "folding: addresses, fingerprints": lambda: fold(events, schedule),
        "of that, fingerprints": lambda: [fingerprint(event) for event in events],
        "of that, key groups": lambda: [schedule.at(0).group(event.author) for event in events],
        "writing but for calls": lambda: write(unstubbed),
        "of that, counting": lambda: [count(each) for each in folded],
        "of that, encoding counts": lambda: [counts.encode(each) for each in counted],
        f"writing, {2 * len(folds)} calls": lambda: write(stubbed),
        "SocialEvent from JSON instead": lambda: [SocialEvent.model_validate_json(payload) for payload in payloads],
    }
    return {name: best(part, _EVENTS) for name, part in parts.items()}
