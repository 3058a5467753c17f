"""``python -m consumers.schedule`` against moto's CloudFormation and Lambda."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import click
import pytest
from moto import mock_aws

from consumers.schedule.__main__ import main
from consumers.schedule.command.deployed import DeployedSchedule

FIRST = '{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}'
FUNCTION: dict[str, Any] = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Handler": "index.handler",
        "Runtime": "python3.12",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": "YWJj"},  # on an update moto wants base64
        "Environment": {"Variables": {"SCHEDULE": {"Ref": "Schedule"}}},
    },
}
TEMPLATE = {
    "Parameters": {
        "Schedule": {"Type": "String", "Default": f"[{FIRST}]"},
        "DedupDays": {"Type": "Number", "Default": 7},
    },
    "Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}},
        "IngestFunction": FUNCTION,
        "RollupFunction": FUNCTION,
    },
}
START = (datetime.now(UTC) + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
FROM = START.strftime("%Y-%m-%dT%H:%MZ")
APPENDED = f"""[{FIRST},{{"from":"{START:%Y-%m-%dT%H:%M:%SZ}","seconds":10,"groups":16,"buckets":4}}]"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")

    def invoke(*arguments: str, terminal: bool = False) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["schedule", *arguments])
        for stream in (sys.stdin, sys.stdout):
            monkeypatch.setattr(stream, "isatty", lambda: terminal)
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    with mock_aws():
        boto3.client("cloudformation").create_stack(StackName="penstock", TemplateBody=json.dumps(TEMPLATE))
        yield invoke


def deployed() -> set[str]:
    """Return the schedules of the stack's functions, and of the stack itself."""
    functions = boto3.client("lambda")  # type: ignore[call-overload,unused-ignore]  # its stubs are not installed
    of_functions = {each["Environment"]["Variables"]["SCHEDULE"] for each in functions.list_functions()["Functions"]}
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName="penstock")["Stacks"]
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    assert parameters["DedupDays"] == "7"
    return of_functions | {parameters["Schedule"]}


def change_sets() -> list[Any]:
    return list(boto3.client("cloudformation").list_change_sets(StackName="penstock")["Summaries"])


def test_without_deploy_the_parameter_is_shown_and_nothing_changes(run: Run) -> None:
    status, out, _ = run("append", "--from", FROM, "--groups", "16")
    assert status == 0
    shown = json.loads(out)
    assert shown["schedule"] == APPENDED
    assert shown["appended"] == {"from": FROM, "seconds": 10, "groups": 16, "buckets": 4}
    assert shown["deployed"] is False
    assert deployed() == {f"[{FIRST}]"}


def test_a_person_sees_what_changes_and_how_to_deploy_it(run: Run) -> None:
    status, out, _ = run("append", "--from", FROM, "--groups", "16", "--buckets", "8", terminal=True)
    assert status == 0
    assert "addresses a minute: 48 → 96" in out
    assert f"hashtag buckets: 4 → 8, from {FROM} on" in out
    assert f"by {START - timedelta(minutes=15):%Y-%m-%dT%H:%MZ}" in out
    assert "--deploy" in out
    assert deployed() == {f"[{FIRST}]"}


def test_an_entry_is_deployed_to_every_function_and_can_be_withdrawn(run: Run) -> None:
    status, out, _ = run("append", "--from", FROM, "--groups", "16", "--deploy", "--yes")
    assert status == 0
    assert json.loads(out)["deployed"] is True
    assert deployed() == {APPENDED}

    status, out, _ = run("show")
    assert status == 0
    assert [entry["groups"] for entry in json.loads(out)["entries"]] == [8, 16]

    status, out, _ = run("withdraw", "--deploy", "--yes")
    assert status == 0
    assert json.loads(out)["withdrawn"]["groups"] == 16
    assert deployed() == {f"[{FIRST}]"}


def test_a_person_is_asked_and_a_no_leaves_nothing_behind(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def say_no(*_: object, **__: object) -> bool:
        raise click.Abort

    monkeypatch.setattr(click, "confirm", say_no)
    status, _, err = run("append", "--from", FROM, "--groups", "16", "--deploy", terminal=True)
    assert status == 130
    assert "interrupted" in err
    assert deployed() == {f"[{FIRST}]"}
    assert change_sets() == []


def test_what_takes_too_long_to_confirm_is_not_deployed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click, "confirm", lambda *_, **__: monkeypatch.setattr("time.time", START.timestamp))
    status, _, err = run("append", "--from", FROM, "--groups", "16", "--deploy", terminal=True)
    assert status == 2
    assert "too soon" in err
    assert deployed() == {f"[{FIRST}]"}
    assert change_sets() == []


def test_nobody_to_ask_is_wrong_usage(run: Run) -> None:
    status, _, err = run("append", "--from", FROM, "--groups", "16", "--deploy")
    assert status == 2
    assert "--yes" in err


def test_yes_without_deploy_is_wrong_usage(run: Run) -> None:
    for arguments in (["append", "--from", FROM, "--groups", "16", "--yes"], ["withdraw", "--yes"]):
        status, out, err = run(*arguments)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "--yes is for --deploy" in err


def test_a_function_with_another_schedule_is_told_and_nothing_is_appended(run: Run) -> None:
    functions = boto3.client("lambda")  # type: ignore[call-overload,unused-ignore]  # its stubs are not installed
    name = functions.list_functions()["Functions"][0]["FunctionName"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"SCHEDULE": "[]"}})
    status, out, _ = run("show")
    assert status == 1
    assert json.loads(out)["without"] == {name: "has another schedule"}
    status, _, err = run("append", "--from", FROM, "--groups", "16")
    assert status == 1
    assert "deploy the schedule that the stack has first" in err


def test_an_entry_that_a_function_does_not_have_is_withdrawn_from_all(run: Run) -> None:
    run("append", "--from", FROM, "--groups", "16", "--deploy", "--yes")
    functions = boto3.client("lambda")  # type: ignore[call-overload,unused-ignore]  # its stubs are not installed
    name = functions.list_functions()["Functions"][0]["FunctionName"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"SCHEDULE": "[]"}})
    status, _, _ = run("withdraw", "--deploy", "--yes")
    assert status == 0
    assert deployed() == {f"[{FIRST}]"}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--from", "2020-01-01T00:00Z", "--groups", "16"], "too soon"),
        (["--from", FROM], "changes nothing"),
        (["--from", FROM, "--seconds", "7"], "divide 60"),
        (["--from", "tomorrow"], "no ISO 8601 time"),
        (["--from", "2027-01-01T00:00"], "offset from UTC"),
        (["--from", "2027-01-01T00:00:00.5Z"], "whole minute"),
        ([], "--from"),
    ],
)
def test_a_broken_rule_is_wrong_usage_in_one_line(run: Run, arguments: list[str], complaint: str) -> None:
    status, out, err = run("append", *arguments)
    assert (status, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1


def test_another_stack_is_wrong_usage(run: Run) -> None:
    status, _, err = run("show", "--stack", "other")
    assert status == 2
    assert "there is no stack 'other' in eu-central-1" in err


def test_a_stack_that_is_being_changed_is_left_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    read = DeployedSchedule.read

    def busy(stack: DeployedSchedule) -> Any:  # noqa: ANN401 - as read, with another status
        return replace(read(stack), status="UPDATE_IN_PROGRESS")

    monkeypatch.setattr(DeployedSchedule, "read", busy)
    status, _, err = run("append", "--from", FROM, "--groups", "16", "--deploy", "--yes")
    assert status == 1
    assert "UPDATE_IN_PROGRESS: wait" in err


def test_ctrl_c_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(DeployedSchedule, "read", interrupt)
    status, _, err = run("show")
    assert (status, err.strip()) == (130, "interrupted; show tells how things stand")
