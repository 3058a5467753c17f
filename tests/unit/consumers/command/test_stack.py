"""A stack's parts are found by its name, however many resources it has."""

from collections.abc import Iterator
from typing import Any, cast

from boto3.session import Session

from consumers.command.stack import describe


class Aws:
    """CloudFormation as far as it is asked, also its session and paginator; a page has a hundred resources."""

    region_name = "eu-central-1"

    def client(self, _name: str) -> "Aws":
        return self

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        values = {"DedupDays": "7", "StreamRetentionHours": "24", "Schedule": "[]", "DataKeyArn": "arn:key"}
        return {"Stacks": [{"Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()]}]}

    def get_paginator(self, name: str) -> "Aws":
        assert name == "list_stack_resources"
        return self

    def paginate(self, **_: object) -> Iterator[dict[str, Any]]:
        first = [{"LogicalResourceId": f"Alarm{number}", "PhysicalResourceId": f"{number}"} for number in range(100)]
        yield {"StackResourceSummaries": first}
        yield {
            "StackResourceSummaries": [{"LogicalResourceId": "TrendsTable", "PhysicalResourceId": "penstock-trends"}]
        }


def test_what_a_later_page_tells_of_is_found() -> None:
    found = describe(cast(Session, Aws()), "penstock", {"TrendsTable": "TRENDS_TABLE"})
    assert found["TRENDS_TABLE"] == "penstock-trends"
    assert found["DEDUP_DAYS"] == "7"


def test_a_key_of_the_stacks_own_is_found() -> None:
    found = describe(cast(Session, Aws()), "penstock", {"TrendsTable": "TRENDS_TABLE"})
    assert found["DATA_KEY"] == "arn:key"
