"""From a producer whose calls fail, through ingest, to the pane log: each event is counted exactly once."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from consumers import counts
from consumers.pane_log import segment as segments
from local.services.process import Services
from local.services.session import ACCESS_KEY, REGION
from penstock import Producer, SocialEvent
from tests.integration.faulty_kinesis import FaultyKinesis, Plan
from tests.integration.lambda_surroundings import SETTINGS, Context, load_handler
from tests.integration.tables import PANE_LOG

EVENTS = 600
PATIENCE_SECONDS = 0.25


@pytest.fixture
def services(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Services with a stream, a pane log and a bucket, which the function's own clients find."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": services.url,
        "NO_PROXY": "127.0.0.1",
        "FAILED_EVENTS_BUCKET": "failed-events",
        **SETTINGS,
    }.items():
        monkeypatch.setenv(name, value)
    services.client("kinesis").create_stream(StreamName="events", ShardCount=2)
    services.client("dynamodb").create_table(TableName="pane-log", **PANE_LOG)
    services.client("s3").create_bucket(Bucket="failed-events")
    return services


def batches(client: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a boto3 client
    """Yield what Lambda would invoke the function with, a batch a shard."""
    for shard in client.list_shards(StreamName="events")["Shards"]:
        iterator = client.get_shard_iterator(
            StreamName="events", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        yield {
            "Records": [
                {
                    "kinesis": {
                        "partitionKey": record["PartitionKey"],
                        "sequenceNumber": record["SequenceNumber"],
                        "data": b64encode(record["Data"]).decode(),
                        "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"].timestamp(),
                    },
                    "eventID": f"{shard['ShardId']}:{record['SequenceNumber']}",
                    "eventSourceARN": f"arn:aws:kinesis:{REGION}:123456789012:stream/events",
                }
                for record in client.get_records(ShardIterator=iterator)["Records"]
            ]
        }


def test_each_event_is_counted_exactly_once_whatever_fails_on_its_way(
    services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kinesis = FaultyKinesis(services.url, Plan(calls=0.4, records=0.1, patience=PATIENCE_SECONDS, seed=5))
    now = datetime.now(UTC)
    try:
        with monkeypatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL_KINESIS", kinesis.url)
            with Producer(
                "events",
                aggregate_bytes=2000,
                call_records=2,
                linger_seconds=0.01,
                read_timeout_seconds=PATIENCE_SECONDS,
                backoff_base_seconds=0.001,
            ) as producer:
                for number in range(EVENTS):
                    author = f"author {number % 50}"
                    tag = f"tag{number % 3}"
                    producer.put(
                        SocialEvent(kind="post", platform="example", author=author, created_at=now, hashtags=[tag])
                    )
    finally:
        kinesis.close()
    function = load_handler("ingest", monkeypatch)
    given = 0
    for batch in batches(services.client("kinesis")):
        given += len(batch["Records"])
        assert function.handler(json.loads(json.dumps(batch)), Context("ingest")) == {"batchItemFailures": []}
    capsys.readouterr()
    assert given > producer.stats().kinesis_records_put  # some records came twice
    total = counts.empty()
    for item in services.client("dynamodb").scan(TableName="pane-log")["Items"]:
        counts.add(total, segments.decode(item).counts)
    assert total["hashtag"] == Counter(f"tag{number % 3}" for number in range(EVENTS))
