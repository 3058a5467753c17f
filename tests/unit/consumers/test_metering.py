"""What DynamoDB bills is taken from its answers, and computed where an answer doesn't say it."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from consumers.metering import UnitMeter, Units

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KEY: dict[str, Any] = {"bucket": {"S": "rollup"}, "start": {"S": "levels"}}


class Body:
    """A body as urllib3 has it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


class DynamoDB:
    """Answers each request with the next of `answers`, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.asked: list[dict[str, Any]] = []

    def client(self) -> "DynamoDBClient":
        client = boto3.client("dynamodb", region_name="us-east-1", config=Config(signature_version=UNSIGNED))
        client.meta.events.register_first("before-send.dynamodb", self._answer)  # type: ignore[arg-type]  # the stubs forget that a handler may answer
        return client

    def _answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        self.asked.append(json.loads(cast(bytes, request.body)))
        status, answer = self.answers.pop(0)
        return AWSResponse(request.url, status, {}, Body(json.dumps(answer).encode()))  # type: ignore[arg-type]  # as urllib3's


@pytest.fixture
def dynamodb() -> DynamoDB:
    return DynamoDB()


@pytest.fixture
def meter() -> UnitMeter:
    return UnitMeter()


@pytest.fixture
def client(dynamodb: DynamoDB, meter: UnitMeter) -> "DynamoDBClient":
    client = dynamodb.client()
    meter.watch(client)
    return client


def test_units_of_writes_and_reads_are_summed_until_taken(
    client: "DynamoDBClient", dynamodb: DynamoDB, meter: UnitMeter
) -> None:
    dynamodb.answers = [
        (200, {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 3.0}}),
        (200, {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 2.0}}),
        (200, {"Items": [], "ConsumedCapacity": {"TableName": "t", "CapacityUnits": 0.5}}),
        (200, {"Responses": {}, "ConsumedCapacity": [{"CapacityUnits": 50.0}, {"CapacityUnits": 1.5}]}),
        (200, {"ConsumedCapacity": [{"TableName": "t", "CapacityUnits": 8.0}]}),
    ]
    client.put_item(TableName="t", Item=KEY)
    client.update_item(TableName="t", Key=KEY)
    client.query(TableName="t")
    client.batch_get_item(RequestItems={"t": {"Keys": [KEY]}})
    client.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": KEY}}])
    assert all(asked["ReturnConsumedCapacity"] == "TOTAL" for asked in dynamodb.asked)
    assert meter.take() == Units(written=13.0, read=52.0)
    assert meter.take() == Units(0, 0)


@pytest.mark.parametrize(("there", "new", "units"), [(10, 10, 1), (10, 5_000, 5), (3_000, 10, 3)])
def test_a_refused_put_is_billed_for_the_larger_item(
    dynamodb: DynamoDB, meter: UnitMeter, there: int, new: int, units: int
) -> None:
    client = dynamodb.client()
    meter.watch(client)
    refusal = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}
    dynamodb.answers = [(400, refusal | {"Item": {"v": {"S": "x" * there}}})]
    with pytest.raises(ClientError):
        client.put_item(TableName="t", Item={"v": {"S": "x" * new}})
    assert meter.take() == Units(units, 0)


def test_a_refused_update_that_shows_no_item_is_billed_at_least_one_unit(
    client: "DynamoDBClient", dynamodb: DynamoDB, meter: UnitMeter
) -> None:
    dynamodb.answers = [(400, {"__type": "x#ConditionalCheckFailedException"})]
    with pytest.raises(ClientError):
        client.update_item(TableName="t", Key=KEY)
    assert meter.take() == Units(1, 0)


def test_other_errors_and_other_calls_cost_nothing(
    client: "DynamoDBClient", dynamodb: DynamoDB, meter: UnitMeter
) -> None:
    dynamodb.answers = [(400, {"__type": "x#ResourceNotFoundException"}), (200, {"TableNames": []})]
    with pytest.raises(ClientError):
        client.query(TableName="t")
    client.list_tables()
    assert "ReturnConsumedCapacity" not in dynamodb.asked[1]
    assert meter.take() == Units(0, 0)


def test_what_calls_have_cost_is_told_whether_units_were_taken_or_not(
    client: "DynamoDBClient", dynamodb: DynamoDB, meter: UnitMeter
) -> None:
    dynamodb.answers = [
        (200, {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 3.0}}),
        (200, {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 2.5}}),
    ]
    client.put_item(TableName="t", Item=KEY)
    assert (meter.cost, meter.take(), meter.cost) == (3.0, Units(3.0, 0.0), 3.0)
    client.get_item(TableName="t", Key=KEY)
    assert meter.cost == 3.0 + 2.5 / 5
