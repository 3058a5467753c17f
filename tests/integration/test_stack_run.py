"""A load against a deployed stack, from its first line to the report, with AWS in moto."""

import json
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from load.__main__ import main
from load.configuration import Configuration
from load.errors import InputError
from load.prices.spending import Spending
from load.runs.producer import producer_of
from load.runs.run import Never, RunOptions, run
from load.runs.stack_target import StackTarget
from load.runs.status import Status
from load.runs.stops import Stops
from load.stack.description import describe
from load.workload.parsing import parse_profile
from tests.integration.deployed_stack import REGION, template


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Services of AWS in moto, which the generator's processes reach too, with the stack ``penstock`` deployed."""
    made = ThreadedMotoServer("127.0.0.1", port=0)
    made.start()
    url = "http://{}:{}".format(*made.get_host_and_port())
    variables = {
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in variables.items():
            environment.setenv(name, value)
        boto3.Session().client("cloudformation").create_stack(StackName="penstock", TemplateBody=json.dumps(template()))
        yield url
    made.stop()


def options(**others: Any) -> RunOptions:  # noqa: ANN401 - of every field
    given = RunOptions(
        profile=parse_profile("steady:200", 2.0),
        warm_up_seconds=0.0,
        producer=producer_of(Configuration()),
        probe_seconds=None,
    )
    return replace(given, **others)


def target() -> StackTarget:
    session = boto3.Session()
    stack = describe(session, "penstock")
    made = StackTarget(session, stack, Configuration(), authorize=None, metrics_seconds=0.0, aligned=1.0)
    made.check()
    return made


@pytest.mark.usefixtures("server")
def test_events_reach_the_stacks_stream_and_the_report_names_the_stack() -> None:
    shown: list[Status] = []

    report = run(options(), target(), show=shown.append, wish=Never())

    assert report.target == f"stack penstock in {REGION}"
    assert (report.ended, report.events.failed) == ("time", 0)
    assert report.events.accepted == pytest.approx(400, abs=100)
    assert report.events.accepted > 0
    assert report.configuration["ShardCount"] == "2"
    assert report.functions["IngestFunction"].invocations == 0
    assert any("records and" in finding.text for finding in report.findings)  # moto counts what comes into streams
    kinesis = boto3.Session().client("kinesis")
    shards = kinesis.list_shards(StreamName="penstock-events")["Shards"]
    iterators = [
        kinesis.get_shard_iterator(
            StreamName="penstock-events", ShardId=each["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for each in shards
    ]
    assert all(kinesis.get_records(ShardIterator=each)["Records"] for each in iterators)


@pytest.mark.usefixtures("server")
def test_the_generator_takes_the_role_that_producers_assume() -> None:
    role = "arn:aws:iam::123456789012:role/producers"
    session = replace(target().address, role=role).session()
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.get_frozen_credentials().token is not None
    assert "assumed-role/producers/penstock-load" in session.client("sts").get_caller_identity()["Arn"]


@pytest.mark.usefixtures("server")
def test_a_run_ends_at_its_ceiling_and_says_what_it_cost() -> None:
    stops = Stops(dollars=0.10, spending=Spending(a_second=0.0, an_event=0.001))

    report = run(
        options(profile=parse_profile("steady:200", 120.0), stops=stops), target(), show=lambda _: None, wish=Never()
    )

    assert (report.ended, report.partial) == ("cost", True)
    assert 90 <= report.events.sent < 2_000
    assert "ended by its ceiling of $0.10" in report.findings[-1].text


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["run", "--target", "stack:other"], "there is no stack 'other' in eu-central-1"),
        (["run", "--target", "stack:"], "needs the stack's name"),
        (["run", "--target", "stack:penstock", "--set", "ShardCount=4"], "a stack has its own parameters"),
        (["run", "--target", "stack:penstock", "--role", "--no-probes"], "has no role for producers"),
        (["run", "--target", "stack:penstock", "--no-probes"], "there is nobody to ask: say --yes"),
        (["tune", "--within", "10", "--apply", "penstock"], "there is nobody to ask"),
        (["tune", "--within", "10", "--apply", "other", "--yes"], "there is no stack 'other'"),
        (["calibrate", "made.json", "--from-logs", "other"], "there is no stack 'other'"),
    ],
)
def test_what_can_not_be_is_one_line_and_status_2(
    arguments: list[str], why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    monkeypatch.setattr(sys, "argv", ["penstock-load", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    errors = capsys.readouterr().err.splitlines()
    assert (ended.value.code, errors[-1].startswith("error: ")) == (2, True)
    assert why in errors[-1]


def test_a_stack_that_can_not_be_reached_is_wrong_input(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        for name, value in {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        with pytest.raises(InputError, match="Is the region right"):
            describe(boto3.Session(region_name=REGION), "penstock")
