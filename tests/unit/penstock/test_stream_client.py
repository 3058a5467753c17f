import logging
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from penstock.aggregation import UserRecord
from penstock.delivery.calls import (
    CallFailure,
    ListShards,
    ListShardsAnswer,
    PutRecords,
    PutRecordsAnswer,
    RecordAnswer,
)
from penstock.delivery.lanes import UNROUTED
from penstock.delivery.record import PlainRecord
from penstock.delivery.verdicts import incurable
from penstock.errors import RequestRefusedError
from penstock.stream_client import StreamClient
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.stub_client import StubClient

CALL = PutRecords([PlainRecord(1, UNROUTED, UserRecord("key", "7", b"data"))], 0.0)


def raising(error: Exception) -> Callable[[], None]:
    def before() -> None:
        raise error

    return before


def test_the_request_names_the_stream_and_each_record_s_keys() -> None:
    stub = StubClient()
    answer = StreamClient(stub.client, "events").make(CALL)
    assert stub.requests == [
        {
            "StreamName": "events",
            "Records": [{"Data": b"data", "PartitionKey": "key", "ExplicitHashKey": "7"}],
        }
    ]
    assert answer == PutRecordsAnswer([RecordAnswer("shardId-000000000000", "1")])


def test_a_stream_can_be_given_by_its_arn() -> None:
    arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/events"
    stub = StubClient()
    StreamClient(stub.client, arn).make(CALL)
    assert stub.requests[0]["StreamARN"] == arn
    assert "StreamName" not in stub.requests[0]


def test_a_record_s_error_is_part_of_the_answer() -> None:
    stub = StubClient()
    stub.stream.fault = lambda _: "InternalFailure"
    answer = StreamClient(stub.client, "events").make(CALL)
    assert isinstance(answer, PutRecordsAnswer)
    assert answer.records[0].error_code == "InternalFailure"
    assert "shardId" in answer.records[0].error_message


def test_the_pages_of_a_listing_are_asked_for_by_their_token_alone() -> None:
    stub = StubClient(FakeStream(shards=2, page=1))
    client = StreamClient(stub.client, "events")
    first = client.make(ListShards(None))
    assert isinstance(first, ListShardsAnswer)
    second = client.make(ListShards(first.next_token))
    assert stub.requests == [{"StreamName": "events"}, {"NextToken": "1"}]
    assert isinstance(second, ListShardsAnswer)
    assert [shard["ShardId"] for shard in (*first.shards, *second.shards)] == [
        "shardId-000000000000",
        "shardId-000000000001",
    ]
    assert second.next_token is None


def test_an_error_of_the_service_keeps_its_code_message_and_status() -> None:
    error = ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}},  # type: ignore[typeddict-item]  # the other fields are of no account
        "PutRecords",
    )
    answer = StreamClient(StubClient(before=raising(error)).client, "events").make(CALL)
    assert answer == CallFailure("AccessDeniedException", "no", 400)


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://example.org"),
        EndpointConnectionError(endpoint_url="https://example.org"),
        ResponseParserError("half an answer"),
        ConnectionResetError("reset by peer"),
    ],
)
def test_a_call_without_an_answer_may_have_been_carried_out_and_is_worth_repeating(error: Exception) -> None:
    answer = StreamClient(StubClient(before=raising(error)).client, "events").make(CALL)
    assert isinstance(answer, CallFailure)
    assert (answer.code, answer.status) == (type(error).__name__, None)
    assert incurable(answer.code, answer.status) is None


def test_missing_credentials_are_named() -> None:
    answer = StreamClient(StubClient(before=raising(NoCredentialsError())).client, "events").make(CALL)
    assert isinstance(answer, CallFailure)
    assert answer.code == "NoCredentialsError"


def test_what_no_client_should_raise_is_logged_and_refuses_the_call(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = StreamClient(StubClient(before=raising(TypeError("defect"))).client, "events").make(CALL)
    assert isinstance(answer, CallFailure)
    assert incurable(answer.code, answer.status) is RequestRefusedError
    assert "defect" in answer.message
    assert "TypeError" in caplog.text
