"""A deployed schedule changes alone, and only a change that every function has is a success."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError

from consumers.command.stack_change import CHANGE_SET_POLLS, DeploymentError, Touched
from consumers.schedule.command.deployed import DeployedSchedule

OLD, NEW = "[old]", "[new]"


@dataclass
class Aws:
    """CloudFormation and Lambda as far as they are asked; also the session that has them, and the paginator."""

    region_name = "eu-central-1"
    statuses: list[str] = field(default_factory=lambda: ["UPDATE_COMPLETE"])
    """The stack's, one a question; the last one stays."""
    schedule: str = OLD
    release: tuple[str, ...] = ()
    """The one the stack has, if its template knows of releases."""
    change_set_statuses: list[str] = field(default_factory=lambda: ["CREATE_PENDING", "CREATE_COMPLETE"])
    changes: list[dict[str, Any]] = field(default_factory=list)
    functions: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def client(self, _name: str) -> "Aws":
        return self

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        parameters = [
            {"ParameterKey": "DedupDays", "ParameterValue": "7"},
            {"ParameterKey": "Schedule", "ParameterValue": self.schedule},
            *({"ParameterKey": "Release", "ParameterValue": each} for each in self.release),
        ]
        tags = [{"Key": "team", "Value": "rivers"}]
        return {
            "Stacks": [
                {"StackStatus": status, "Parameters": parameters, "Capabilities": ["CAPABILITY_IAM"], "Tags": tags}
            ]
        }

    def get_paginator(self, _name: str) -> "Aws":
        return self

    def paginate(self, **_: object) -> Iterator[dict[str, Any]]:
        for name in dict.fromkeys(each.partition(":")[0] for each in self.functions):
            yield {
                "StackResourceSummaries": [
                    {"ResourceType": "AWS::Lambda::Function", "PhysicalResourceId": name},
                    {"ResourceType": "AWS::IAM::Role", "PhysicalResourceId": "role"},
                ]
            }

    def get_function_configuration(self, *, FunctionName: str, Qualifier: str = "") -> dict[str, Any]:  # noqa: N803 - boto3's names
        name = f"{FunctionName}:{Qualifier}" if Qualifier else FunctionName
        if name not in self.functions:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetFunctionConfiguration")
        return self.functions[name]

    def create_change_set(self, **request: object) -> None:
        self.calls.append(("create", request))

    def describe_change_set(self, **request: object) -> dict[str, Any]:
        if "NextToken" in request:
            return {"Changes": self.changes[1:]}
        status = self.change_set_statuses.pop(0) if len(self.change_set_statuses) > 1 else self.change_set_statuses[0]
        more = {"NextToken": "more"} if len(self.changes) > 1 else {}
        return {"Status": status, "StatusReason": "because", "Changes": self.changes[:1]} | more

    def delete_change_set(self, **request: object) -> None:
        self.calls.append(("delete", request))

    def execute_change_set(self, **request: object) -> None:
        self.calls.append(("execute", request))

    def stack(self) -> DeployedSchedule:
        return DeployedSchedule(cast(Session, self), "penstock", sleep=self.slept.append)


def a_function(schedule: str | None, state: str = "Successful") -> dict[str, Any]:
    variables = {} if schedule is None else {"SCHEDULE": schedule}
    return {"Environment": {"Variables": variables}, "LastUpdateStatus": state}


def a_change(action: str = "Modify", replacement: str = "False", resource: str = "IngestFunction") -> dict[str, Any]:
    change = {"Action": action, "LogicalResourceId": resource, "ResourceType": "AWS::Lambda::Function"}
    return {"ResourceChange": change | {"Replacement": replacement}}


def test_functions_with_another_schedule_or_an_unfinished_update_lack_it() -> None:
    aws = Aws(
        functions={
            "ingest": a_function(NEW),
            "rollup": a_function(OLD),
            "sweep": a_function(NEW, "InProgress"),
            "something-else": a_function(None),
            "without-variables": {},
        }
    )
    assert aws.stack().without(NEW) == {"rollup": "has another schedule", "sweep": "its last update is InProgress"}


def test_a_change_set_keeps_the_template_and_every_other_parameter() -> None:
    aws = Aws(changes=[a_change(), a_change(resource="RollupFunction")])
    stack = aws.stack()
    assert [each.resource for each in stack.prepare(stack.read(), NEW, "change")] == [
        "IngestFunction",
        "RollupFunction",
    ]
    ((_, request),) = aws.calls
    assert request["UsePreviousTemplate"] is True
    assert request["Parameters"] == [
        {"ParameterKey": "DedupDays", "UsePreviousValue": True},
        {"ParameterKey": "Schedule", "ParameterValue": NEW},
    ]
    assert set(request["Capabilities"]) == {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"}
    assert request["Tags"] == [{"Key": "team", "Value": "rivers"}]


def test_what_is_invoked_counts_not_what_the_function_would_have_next() -> None:
    aws = Aws(functions={"ingest": a_function(NEW), "ingest:live": a_function(OLD)})
    assert aws.stack().without(NEW) == {"ingest": "has another schedule"}


def test_a_schedule_alone_becomes_a_new_version_by_another_release() -> None:
    releases = []
    for change_set in ("first", "second"):
        aws = Aws(release=("0000000000",), changes=[a_change()])
        stack = aws.stack()
        stack.prepare(stack.read(), NEW, change_set)
        ((_, request),) = aws.calls
        (release,) = [each["ParameterValue"] for each in request["Parameters"] if each["ParameterKey"] == "Release"]
        assert re.fullmatch(r"[A-Za-z0-9]{10}", release)
        releases.append(release)
    assert len({"0000000000", *releases}) == 3


def test_versions_come_and_go_without_harm() -> None:
    versions = [a_change(action, resource=f"IngestFunctionVersion{action}") for action in ("Add", "Remove")]
    for each in versions:
        each["ResourceChange"]["ResourceType"] = "AWS::Lambda::Version"
    aws = Aws(changes=[a_change(), *versions])
    stack = aws.stack()
    assert len(stack.prepare(stack.read(), NEW, "change")) == 3


@pytest.mark.parametrize("harm", [a_change(replacement="True"), a_change("Remove"), a_change("Add")])
def test_a_change_set_that_does_more_than_modify_is_deleted(harm: dict[str, Any]) -> None:
    aws = Aws(changes=[a_change(), harm])
    stack = aws.stack()
    with pytest.raises(DeploymentError, match=r"IngestFunction.*nothing was changed"):
        stack.prepare(stack.read(), NEW, "change")
    assert [call for call, _ in aws.calls] == ["create", "delete"]


@pytest.mark.parametrize("status", ["FAILED", "CREATE_PENDING"])
def test_a_change_set_that_can_not_be_made_is_deleted(status: str) -> None:
    aws = Aws(change_set_statuses=[status])
    stack = aws.stack()
    with pytest.raises(DeploymentError, match=f"{status}: because; nothing was changed"):
        stack.prepare(stack.read(), NEW, "change")
    assert [call for call, _ in aws.calls] == ["create", "delete"]
    assert len(aws.slept) <= CHANGE_SET_POLLS


def test_a_resource_is_told_with_its_type_and_whether_it_is_replaced() -> None:
    aws = Aws(changes=[a_change(replacement="Conditional")])
    stack = aws.stack()
    assert stack.prepare(stack.read(), NEW, "change") == [
        Touched("Modify", "IngestFunction", "AWS::Lambda::Function", "Conditional")
    ]


def never() -> bool:
    return False


def test_waiting_ends_when_every_function_has_it() -> None:
    busy = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"]
    aws = Aws(statuses=[*busy, "UPDATE_COMPLETE"], schedule=NEW, functions={"ingest": a_function(NEW)})
    aws.stack().wait(NEW, never)
    assert len(aws.slept) == len(busy)


def test_an_update_that_was_rolled_back_is_a_failure() -> None:
    aws = Aws(statuses=["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"])
    with pytest.raises(DeploymentError, match=r"the update failed: .* with the schedule \[old\]"):
        aws.stack().wait(NEW, never)


def test_a_function_that_lacks_it_after_the_update_is_a_failure() -> None:
    aws = Aws(schedule=NEW, functions={"ingest": a_function(NEW), "rollup": a_function(OLD)})
    with pytest.raises(DeploymentError, match="rollup: has another schedule"):
        aws.stack().wait(NEW, never)


def test_an_update_that_outlasts_the_time_there_is_is_a_failure() -> None:
    aws = Aws(statuses=["UPDATE_IN_PROGRESS"])
    late = iter([False, False, True])
    with pytest.raises(DeploymentError, match="cancel the update"):
        aws.stack().wait(NEW, lambda: next(late))
    assert len(aws.slept) == 2
