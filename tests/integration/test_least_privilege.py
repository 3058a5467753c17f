"""Each function runs with its own policy from the template, and needs all of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import boto3
import pytest

from consumers.views.environment import environment as views_environment
from tests.integration.archived_stack import archived_stack
from tests.least_privilege.calls import ACCOUNT, REGION, key_rights
from tests.least_privilege.granted import KEY, KEYED, Granted
from tests.least_privilege.guard import Guard
from tests.least_privilege.pipeline import ALERTS, ROLES, Pipeline
from tests.least_privilege.policy import Decision, Request, decide

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"


class Ran(NamedTuple):
    """A pipeline that has done everything, under a guard that refused nothing it needed."""

    pipeline: Pipeline
    guard: Guard
    granted: Granted
    keyed: Granted
    """The same with a key of one's own."""

    def asked(self, role: str) -> set[Request]:
        """Return what a function and Lambda ask with a role."""
        return self.guard.asked[role] | set(self.granted.by_lambda(role))


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
            arns = {
                "EventStream": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/events",
                "AlertsTopic": topic,
                **{each: f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{stack.names[each]}" for each in tables},
                **{each: f"arn:aws:s3:::{stack.names[each]}" for each in buckets},
            }
            granted = Granted(arns)
            guard = Guard(monkeypatch, granted.policies)
            pipeline = Pipeline(stack, guard, monkeypatch)
            pipeline.do_everything()
            yield Ran(pipeline, guard, granted, Granted(arns, KEYED))
            views_environment.cache_clear()


def test_every_role_is_looked_at(ran: Ran) -> None:
    assert set(ran.granted.policies) == set(ROLES.values())


@pytest.mark.parametrize("role", ROLES.values())
def test_what_a_role_allows_is_what_is_asked_of_it(ran: Ran, role: str) -> None:
    """Without any one action on any one resource something would be refused; with all of them nothing is."""
    assert ran.guard.asked[role]
    assert {
        each for each in ran.asked(role) if decide(ran.granted.policies[role], each) is not Decision.ALLOWED
    } == set()
    assert ran.granted.needed(role, ran.asked(role)) == ran.granted.grants(role)


@pytest.mark.parametrize("role", ROLES.values())
def test_the_page_lists_what_a_role_may_do_and_who_was_seen_to_ask(ran: Ran, role: str) -> None:
    rows = [f"| `{name}` | {places} | {who} |" for name, places, who in _seen(ran, role)]
    section = re.search(rf"^## `{role}`\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert section is not None, "\n".join((f"## `{role}`", *rows))
    assert re.findall(r"^\| `.*$", section[1], re.MULTILINE) == rows


def _seen(ran: Ran, role: str) -> Iterator[tuple[str, str, str]]:
    """Yield each action of a role with its resources and who asked."""
    by_lambda = set(ran.granted.by_lambda(role))
    wanted = {"the function": ran.guard.asked[role] - by_lambda, "Lambda": by_lambda}
    needed = {who: ran.granted.needed(role, asked) for who, asked in wanted.items()}
    grants = ran.granted.grants(role)
    for action in sorted({each.action for each in grants}):
        of_action = {each for each in grants if each.action == action}
        places = sorted(ran.granted.place(each.resource) for each in of_action)
        yield (
            action,
            ", ".join(f"`{each}`" for each in places),
            ", ".join(who for who in needed if needed[who] & of_action),
        )


@pytest.mark.parametrize("role", ROLES.values())
def test_with_a_key_of_ones_own_a_role_may_use_it_for_what_it_asks_and_through_those_services_alone(
    ran: Ran, role: str
) -> None:
    uses = {use for each in ran.asked(role) for use in key_rights(each, KEY)}
    assert uses
    assert all(decide(ran.keyed.policies[role], each) is Decision.ALLOWED for each in uses)
    assert ran.keyed.key_uses(role) == uses
    assert all(decide(ran.keyed.policies[role], Request(each.action, KEY)) is Decision.NOT_ALLOWED for each in uses)


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
