"""Readers: pages of shards, kinds of positions, kinds of errors."""

from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from penstock.listing import ListedShard
from simulation.event_source_mapping.actions import Position, PositionKind, ReadProblem
from simulation.streams.dynamodb_streams import DynamoDBStreamReader
from simulation.streams.kinesis import KinesisReader
from simulation.streams.reader import ReadAnswer, ReadError

ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/events"
LOG_ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/log/stream/2026"


class Client:
    """A client whose calls are answered from a list, and remembered."""

    def __init__(self, *answers: Any) -> None:  # noqa: ANN401 - an answer or an error
        self._answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def __getattr__(self, _operation: str) -> Any:  # noqa: ANN401 - any operation
        def call(**arguments: Any) -> Any:  # noqa: ANN401 - any operation
            self.asked.append(arguments)
            answer = self._answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def kinesis(client: Client) -> KinesisReader:
    return KinesisReader(client, ARN)  # type: ignore[arg-type] # it answers what the reader calls


def dynamodb(client: Client) -> DynamoDBStreamReader:
    return DynamoDBStreamReader(client, LOG_ARN)  # type: ignore[arg-type] # it answers what the reader calls


def test_kinesis_shards_come_in_pages() -> None:
    client = Client(
        {
            "Shards": [{"ShardId": "a", "SequenceNumberRange": {"EndingSequenceNumber": "9"}}],
            "NextToken": "more",
        },
        {
            "Shards": [
                {"ShardId": "b", "ParentShardId": "a", "AdjacentParentShardId": "z", "SequenceNumberRange": {}},
            ]
        },
    )
    assert kinesis(client).list_shards() == [ListedShard("a", (), closed=True), ListedShard("b", ("a", "z"))]
    assert client.asked == [{"StreamARN": ARN}, {"NextToken": "more"}]


def test_dynamodb_shards_come_in_pages() -> None:
    client = Client(
        {
            "StreamDescription": {
                "Shards": [{"ShardId": "a", "SequenceNumberRange": {"EndingSequenceNumber": "9"}}],
                "LastEvaluatedShardId": "a",
            }
        },
        {"StreamDescription": {"Shards": [{"ShardId": "b", "ParentShardId": "a", "SequenceNumberRange": {}}]}},
    )
    assert dynamodb(client).list_shards() == [ListedShard("a", (), closed=True), ListedShard("b", ("a",))]
    assert client.asked == [{"StreamArn": LOG_ARN}, {"StreamArn": LOG_ARN, "ExclusiveStartShardId": "a"}]


@pytest.mark.parametrize(
    ("position", "arguments"),
    [
        (Position(PositionKind.TRIM_HORIZON), {}),
        (Position(PositionKind.LATEST), {}),
        (Position(PositionKind.AT_TIMESTAMP, timestamp=5.5), {"Timestamp": 5.5}),
        (Position(PositionKind.AFTER_SEQUENCE_NUMBER, "7"), {"StartingSequenceNumber": "7"}),
    ],
)
def test_kinesis_positions(position: Position, arguments: dict[str, Any]) -> None:
    client = Client({"ShardIterator": "i"})
    assert kinesis(client).open_iterator("a", position) == "i"
    common = {"StreamARN": ARN, "ShardId": "a", "ShardIteratorType": position.kind.value}
    assert client.asked == [common | arguments]


def test_dynamodb_position_after_a_number() -> None:
    client = Client({"ShardIterator": "i"})
    assert dynamodb(client).open_iterator("a", Position(PositionKind.AFTER_SEQUENCE_NUMBER, "7")) == "i"
    assert client.asked[0]["SequenceNumber"] == "7"


def test_answers() -> None:
    answer = kinesis(Client({"Records": [1], "NextShardIterator": "n", "MillisBehindLatest": 3})).read("i", 5)
    assert answer == ReadAnswer([1], "n", 3)  # type: ignore[list-item] # the reader does not look at records
    assert kinesis(Client({"Records": [], "MillisBehindLatest": 0})).read("i", 5).next_iterator is None
    assert dynamodb(Client({"Records": [], "NextShardIterator": "n"})).read("i", 5) == ReadAnswer([], "n", None)


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetRecords")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (client_error("ExpiredIteratorException"), ReadProblem.EXPIRED_ITERATOR),
        (client_error("ProvisionedThroughputExceededException"), ReadProblem.THROTTLED),
        (client_error("LimitExceededException"), ReadProblem.THROTTLED),
        (client_error("TrimmedDataAccessException"), ReadProblem.TRIMMED),
        (client_error("ResourceNotFoundException"), ReadProblem.NOT_FOUND),
        (client_error("500"), ReadProblem.OTHER),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), ReadProblem.OTHER),
    ],
)
def test_errors_say_what_to_do(error: ClientError | BotoCoreError, problem: ReadProblem) -> None:
    for reader in (kinesis(Client(*[error] * 3)), dynamodb(Client(*[error] * 3))):
        for call in (
            reader.list_shards,
            lambda reader=reader: reader.open_iterator("a", Position(PositionKind.LATEST)),
            lambda reader=reader: reader.read("i", 1),
        ):
            with pytest.raises(ReadError) as caught:
                call()
            assert caught.value.problem is problem
