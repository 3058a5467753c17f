"""Each function runs with its own policy from the template, and needs all of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import boto3
import pytest

from consumers.views.environment import environment as views_environment
from tests.integration.archived_stack import archived_stack
from tests.least_privilege.calls import ACCOUNT, REGION
from tests.least_privilege.granted import Granted
from tests.least_privilege.guard import Guard
from tests.least_privilege.pipeline import ALERTS, ROLES, Pipeline


class Ran(NamedTuple):
    """A pipeline that has done everything, under a guard that refused nothing it needed."""

    pipeline: Pipeline
    guard: Guard
    granted: Granted


@pytest.fixture(scope="module")
def ran() -> Iterator[Ran]:
    """One for the module: it takes seconds."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in {**ALERTS, "STREAM": "events", "CORRECTION_PERCENT": "1000000"}.items():
            monkeypatch.setenv(name, value)
        with archived_stack(monkeypatch, cast(Any, None)) as stack:  # nobody runs a command line
            views_environment.cache_clear()
            boto3.client("kinesis").create_stream(StreamName="events", ShardCount=1)
            topic = boto3.client("sns").create_topic(Name="alerts")["TopicArn"]
            monkeypatch.setenv("ALERTS_TOPIC", topic)
            tables = ("PaneLogTable", "TrendsTable")
            buckets = ("FailedEventsBucket", "ArchiveBucket")
            granted = Granted(
                {
                    "EventStream": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/events",
                    "AlertsTopic": topic,
                    **{each: f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{stack.names[each]}" for each in tables},
                    **{each: f"arn:aws:s3:::{stack.names[each]}" for each in buckets},
                }
            )
            guard = Guard(monkeypatch, granted.policies)
            pipeline = Pipeline(stack, guard, monkeypatch)
            pipeline.do_everything()
            yield Ran(pipeline, guard, granted)
            views_environment.cache_clear()


def test_every_role_is_looked_at(ran: Ran) -> None:
    assert set(ran.granted.policies) == set(ROLES.values())


@pytest.mark.parametrize("role", ROLES.values())
def test_what_a_role_allows_is_what_is_asked_of_it(ran: Ran, role: str) -> None:
    """Without any one action on any one resource something would be refused; with all of them nothing is."""
    asked = ran.guard.asked[role] | set(ran.granted.by_lambda(role))
    assert ran.guard.asked[role]
    assert ran.granted.needed(role, asked) == ran.granted.grants(role)


@pytest.mark.parametrize("function", ["alerts", "archive", "redrive", "sweep", "views"])
def test_a_function_that_may_do_nothing_fails(ran: Ran, function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ran.guard.policies, ROLES[function], [])
    requests: dict[str, dict[str, object]] = {"redrive": {"action": "list"}, "archive": ran.pipeline.a_batch()}
    with pytest.raises(Exception, match="AccessDenied"):
        ran.pipeline.run(function, requests.get(function, {}))


@pytest.mark.parametrize("function", ["ingest", "rollup", "reporting"])
def test_one_that_may_do_nothing_says_what_it_left(ran: Ran, function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if function == "rollup":
        assert ran.pipeline.run("ingest", ran.pipeline.a_batch()) == {"batchItemFailures": []}
    segments: dict[str, object] = {"Records": ran.pipeline.new_segments()}
    monkeypatch.setitem(ran.guard.policies, ROLES[function], [])
    match function:
        case "ingest":
            assert ran.pipeline.run(function, ran.pipeline.a_batch())["batchItemFailures"]
        case "rollup":
            assert ran.pipeline.run(function, segments)["batchItemFailures"]
        case "reporting":
            assert ran.pipeline.ask("/v1/trends/hashtag", {})["statusCode"] >= 500
