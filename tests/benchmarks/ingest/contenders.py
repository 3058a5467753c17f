"""Who counts: each is given Lambda events that hold new events, and has put them into DynamoDB when it is done."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

from consumers.calls import call_config
from tests.benchmarks.comparison import Contender
from tests.benchmarks.ingest.workload import SCHEDULE, aggregated, make_items, plain
from tests.benchmarks.lambda_context import Context

Handler = Callable[[dict[str, Any], Any], Any]

ALL_GOOD: Final[dict[str, Any]] = {"batchItemFailures": []}


class _Function(Contender):
    """A function's handler, given new batches in each round."""

    def __init__(self, handler: Handler, events: int, first: int = 0) -> None:
        self.events = events
        self._handler = handler
        self._context = Context("bench")
        self._first = first
        self._batches: list[dict[str, Any]] = []

    def run(self) -> None:
        for batch in self._batches:
            if self._handler(batch, self._context) != ALL_GOOD:
                raise AssertionError("the handler has not counted all events")


class PenstockIngest(_Function):
    """Penstock's ingest handler, as `template.yaml` deploys it."""

    def __init__(self, events: int, batch_size: int, first: int) -> None:
        """Count so many events a round, in aggregates, so many events a batch.

        `first` is the number of the first event. Contenders in one process share what the function remembers, and one's
        events would be the other's duplicates.
        """
        super().__init__(_ingest_handler(), events, first)
        self._batch_size = batch_size

    def prepare(self) -> None:
        self._batches = aggregated(make_items(self._first, self.events), self._batch_size)
        self._first += self.events


class PowertoolsIdempotency(_Function):
    """The usual way: Powertools' batch processor and idempotency, and an UpdateItem for each hashtag.

    It is given plain records, for it knows no aggregates; it checks nothing of the events, counts hashtags alone,
    reports no metrics, and its calls have ingest's configuration, which is the cheaper one.
    """

    def __init__(self, events: int) -> None:
        """Count so many events a round, in one batch."""
        super().__init__(_powertools_handler(), events)

    def prepare(self) -> None:
        self._batches = [plain(make_items(self._first, self.events))]
        self._first += self.events


def _ingest_handler() -> Handler:
    os.environ |= {
        "POWERTOOLS_SERVICE_NAME": "ingest",
        "POWERTOOLS_METRICS_NAMESPACE": "Penstock",
        "LOG_TABLE": "log",
        "FAILED_EVENTS_BUCKET": "failed",
        "DEDUP_DAYS": "7",
        "SCHEDULE": SCHEDULE,
    }
    from consumers.ingest.handler import handler

    return handler


def _powertools_handler() -> Handler:
    client = boto3.client("dynamodb", config=call_config(calls_at_once=1, read_seconds=3.0))
    store = DynamoDBPersistenceLayer(table_name="idempotency", boto3_client=client)
    config = IdempotencyConfig(event_key_jmespath="[platform, author, event_id]", expires_after_seconds=7 * 86_400)
    processor = BatchProcessor(event_type=EventType.KinesisDataStreams)

    def add(*, event: dict[str, Any]) -> None:
        minute = datetime.fromisoformat(event["created_at"]).strftime("%Y-%m-%dT%H:%M")
        for hashtag in event["hashtags"]:
            client.update_item(
                TableName="trends",
                Key={"minute": {"S": minute}, "hashtag": {"S": hashtag}},
                UpdateExpression="ADD events :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    count = idempotent_function(add, data_keyword_argument="event", persistence_store=store, config=config)

    def record_handler(record: KinesisStreamRecord) -> None:
        count(event=record.kinesis.data_as_json())

    def handler(batch: dict[str, Any], context: Any) -> Any:  # noqa: ANN401 - Powertools' answer is any mapping
        config.register_lambda_context(context)
        return process_partial_response(
            event=batch, record_handler=record_handler, processor=processor, context=context
        )

    return handler
