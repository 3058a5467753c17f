"""Calls that read or write items of a refused table are throttled, and no others."""

import json
from typing import Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from local.services.table_throttling import TableThrottling


def call(operation: str, **body: Any) -> Request:  # noqa: ANN401 - members of a call
    builder = EnvironBuilder(method="POST", headers=Headers({"X-Amz-Target": operation}), data=json.dumps(body))
    return Request(builder.get_environ())


def change(table: str, *, refused: bool) -> Request:
    return Request(EnvironBuilder(method="POST", json={"table": table, "refused": refused}).get_environ())


@pytest.fixture
def throttling() -> TableThrottling:
    """The table `log` is refused."""
    made = TableThrottling()
    assert made.change(change("log", refused=True)).status_code == 200
    return made


@pytest.mark.parametrize(
    "request_",
    [
        call("DynamoDB_20120810.PutItem", TableName="log"),
        call("DynamoDB_20120810.Query", TableName="log"),
        call("DynamoDB_20120810.BatchGetItem", RequestItems={"trends": {}, "log": {}}),
    ],
)
def test_a_call_of_its_items_is_refused_as_dynamodb_does(throttling: TableThrottling, request_: Request) -> None:
    answer = throttling.answer(request_)
    assert answer is not None
    assert answer.status_code == 400
    assert json.loads(answer.get_data())["__type"].endswith("#ProvisionedThroughputExceededException")


@pytest.mark.parametrize(
    "request_",
    [
        call("DynamoDB_20120810.PutItem", TableName="trends"),
        call("DynamoDB_20120810.DescribeTable", TableName="log"),
        call("DynamoDBStreams_20120810.GetRecords", TableName="log"),
        call("Kinesis_20131202.PutRecords", StreamName="log"),
    ],
)
def test_other_calls_pass(throttling: TableThrottling, request_: Request) -> None:
    assert throttling.answer(request_) is None


def test_it_takes_calls_again(throttling: TableThrottling) -> None:
    throttling.change(change("log", refused=False))
    assert throttling.answer(call("DynamoDB_20120810.PutItem", TableName="log")) is None
