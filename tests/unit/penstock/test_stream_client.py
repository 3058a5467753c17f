import logging
from collections.abc import Callable
from typing import Any

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
from penstock.errors import AccessDeniedError, RequestRefusedError
from penstock.stream_client import StreamClient
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.stub_client import StubClient

CALL = PutRecords([PlainRecord(1, UNROUTED, UserRecord("key", "7", b"data"))], 0.0)


def raising(error: Exception) -> Callable[[], None]:
    def before() -> None:
        raise error

    return before


def refusal(code: str, message: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}},  # type: ignore[typeddict-item]  # the other fields are of no account
        "PutRecords",
    )


class AnsweringClient(StubClient):
    """Has one answer to everything."""

    def __init__(self, response: Any) -> None:  # noqa: ANN401 - sense or not
        super().__init__()
        self._response = response

    def put_records(self, **_: Any) -> Any:  # noqa: ANN401 - as in boto3
        return self._response

    def list_shards(self, **_: Any) -> Any:  # noqa: ANN401 - as in boto3
        return self._response


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
    answer = StreamClient(StubClient(before=raising(refusal("AccessDeniedException", "no"))).client, "events").make(
        CALL
    )
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


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidSignatureException", "Signature expired: 20261122T0210Z is now earlier than 20261122T0212Z"),
        ("InvalidSignatureException", "Signature not yet current: 20261122T0212Z is still later than 20261122T0210Z"),
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
        ("RequestInTheFuture", ""),
    ],
)
def test_a_wrong_clock_is_worth_waiting_for(code: str, message: str) -> None:
    answer = StreamClient(StubClient(before=raising(refusal(code, message))).client, "events").make(CALL)
    assert isinstance(answer, CallFailure)
    assert incurable(answer.code, answer.status) is None
    assert code in f"{answer.code}: {answer.message}"
    assert message in answer.message


def test_a_signature_that_does_not_fit_is_not_worth_repeating() -> None:
    message = "The request signature we calculated does not match the signature you provided."
    error = refusal("InvalidSignatureException", message)
    answer = StreamClient(StubClient(before=raising(error)).client, "events").make(CALL)
    assert answer == CallFailure("InvalidSignatureException", message, 400)
    assert incurable("InvalidSignatureException", 400) is AccessDeniedError


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"Records": None, "Shards": None},
        {"Records": [None], "Shards": [None]},
        {"Shards": ["a"]},
        {"Shards": [{}]},
        None,
    ],
)
@pytest.mark.parametrize("call", [CALL, ListShards(None)])
def test_an_answer_that_makes_no_sense_is_worth_another_try(
    call: PutRecords | ListShards, response: dict[str, Any] | None
) -> None:
    answer = StreamClient(AnsweringClient(response).client, "events").make(call)
    assert isinstance(answer, CallFailure)
    assert answer.code == "MalformedAnswer"
    assert incurable(answer.code, answer.status) is None
    assert repr(response) in answer.message


@pytest.mark.parametrize("entry", [{}, {"ShardId": "shardId-000000000000"}, {"SequenceNumber": "1"}])
def test_a_record_without_a_place_and_an_error_counts_as_failed(entry: dict[str, str]) -> None:
    answer = StreamClient(AnsweringClient({"Records": [entry]}).client, "events").make(CALL)
    assert isinstance(answer, PutRecordsAnswer)
    [result] = answer.records
    assert result.error_code == "MalformedAnswer"
    assert repr(entry) in result.error_message


def test_answers_of_other_types_are_read_as_what_they_say() -> None:
    entries = [{"ShardId": "shardId-000000000000", "SequenceNumber": 5}, {"ErrorCode": 5, "ErrorMessage": None}]
    answer = StreamClient(AnsweringClient({"Records": entries}).client, "events").make(CALL)
    assert answer == PutRecordsAnswer(
        [RecordAnswer("shardId-000000000000", "5"), RecordAnswer(error_code="5", error_message="")]
    )
