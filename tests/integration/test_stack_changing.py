"""A deployed stack is changed as planned, in moto, or stays as it was."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import click
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result

from consumers.command.stack_change import DeployedStack, StackChange
from load.commands import cli
from load.configuration import Configuration
from load.errors import InputError, LoadError
from load.stack.changing import StackChanger
from load.stack.plan import Plan, plan
from tests.integration.deployed_stack import deployed


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    with deployed(monkeypatch) as session:
        yield session


def parameters() -> dict[str, str]:
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName="penstock")["Stacks"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}


def changer(session: boto3.Session) -> StackChanger:
    return StackChanger(session, "penstock", sleep=lambda _: None)


def test_a_change_in_several_steps_has_each_and_keeps_the_rest(session: boto3.Session) -> None:
    before = parameters()
    stack = changer(session)
    chosen = replace(Configuration(), shards=8, ingest_window_seconds=3, key_groups=16)
    planned = plan(stack.read().parameters, chosen, 1_795_000_000.0)
    prepared, touched = stack.prepare(stack.read(), planned.steps[0])
    assert all(each.action == "Modify" for each in touched)

    steps: list[str] = []
    StackChanger(session, "penstock", sleep=lambda _: None, clock=lambda: 1_795_000_000.0).carry_out(
        planned, prepared, steps.append
    )

    after = parameters()
    assert (after["ShardCount"], after["IngestWindowSeconds"]) == ("8", "3")
    assert after["Schedule"] == planned.schedule
    assert after["Release"] != before["Release"]
    changed = {"ShardCount", "IngestWindowSeconds", "Schedule", "Release"}
    assert {name: value for name, value in after.items() if name not in changed} == {
        name: value for name, value in before.items() if name not in changed
    }
    functions = boto3.client("lambda").list_functions()["Functions"]  # type: ignore[call-overload,unused-ignore]  # its stubs are not installed
    assert {each["Environment"]["Variables"]["SCHEDULE"] for each in functions} == {planned.schedule}


def test_a_step_that_would_bring_the_schedule_too_late_is_not_begun(session: boto3.Session) -> None:
    chosen = replace(Configuration(), key_groups=16)
    planned = plan(parameters(), chosen, 1_795_000_000.0)
    assert planned.schedule_due is not None
    late = StackChanger(session, "penstock", sleep=lambda _: None, clock=lambda: 1_795_900_000.0)
    prepared, _ = late.prepare(late.read(), planned.steps[0])
    with pytest.raises(LoadError, match="it took too long"):
        late.carry_out(planned, prepared, lambda _: None)
    assert parameters()["Schedule"] != planned.schedule
    assert boto3.client("cloudformation").list_change_sets(StackName="penstock")["Summaries"] == []


def tuned(*arguments: str) -> Result:
    told = ("tune", "--profile", "steady:300", "--within", "20", "--budget", "10", "--apply", "penstock", *arguments)
    result = CliRunner().invoke(cli, told, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


@pytest.mark.usefixtures("session")
def test_a_choice_is_shown_beside_what_the_stack_has_and_applied() -> None:
    before = parameters()

    result = tuned("--yes")

    after = parameters()
    assert result.return_value == 0
    assert "now " in result.output
    assert "a month: $" in result.output
    assert "the stack penstock has it" in result.output
    changed = {name for name in after if after[name] != before[name]} - {"Release"}
    assert changed
    for name in changed - {"Schedule"}:
        assert any(line.split() == [name, before[name], after[name]] for line in result.output.splitlines()), name


@pytest.mark.usefixtures("session")
def test_a_person_who_says_no_keeps_the_stack_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = parameters()

    def say_no(*_: object, **__: object) -> bool:
        raise click.Abort

    monkeypatch.setattr(click, "confirm", say_no)
    monkeypatch.setattr("load.commands.applying.check_asking", lambda **_: None)
    with pytest.raises(click.Abort):
        tuned()
    assert parameters() == before
    assert boto3.client("cloudformation").list_change_sets(StackName="penstock")["Summaries"] == []


class Failing:
    """A stack whose update CloudFormation takes back."""

    def __init__(self, status: str) -> None:
        self.status = status

    def read(self) -> DeployedStack:
        return DeployedStack("penstock", self.status, {"ShardCount": "2"}, {}, (), ())

    def execute(self, _: str) -> None:
        """It begins."""

    def why_failed(self) -> str:
        return "EventStream: LimitExceededException"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", "CloudFormation has taken it back: EventStream: LimitExceededException"),
        ("UPDATE_ROLLBACK_FAILED", "the stack is UPDATE_ROLLBACK_FAILED: EventStream: LimitExceededException; mend"),
    ],
)
def test_a_failed_update_says_how_the_stack_stands_and_why(session: boto3.Session, status: str, told: str) -> None:
    stack: Any = changer(session)
    stack._change = Failing(status)
    with pytest.raises(LoadError, match=told):
        stack.carry_out(Plan((), ({"ShardCount": "4"},), None), "prepared", lambda _: None)


def test_a_stack_that_is_being_changed_is_left_alone(session: boto3.Session) -> None:
    stack: Any = changer(session)
    stack._change = Failing("UPDATE_IN_PROGRESS")
    with pytest.raises(LoadError, match="UPDATE_IN_PROGRESS: wait"):
        stack.read()


def test_what_is_not_allowed_is_said_with_the_remedy(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "CreateChangeSet")

    stack = changer(session)
    monkeypatch.setattr(StackChange, "prepare", denied)
    with pytest.raises(InputError, match=r"not allowed to change the stack 'penstock' \(CreateChangeSet\): no; docs"):
        stack.prepare(stack.read(), {"ShardCount": "4"})
