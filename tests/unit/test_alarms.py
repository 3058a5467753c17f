"""Alarms watch what something emits, someone hears of each, and the runbook says what to do about it."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.template.translation import Template
from tests.unit.test_metrics_page import FUNCTIONS, in_code
from tests.unit.translated_template import resolved, template_with

OPTIONAL = {"Archive": "true", "AlarmEmail": "someone@example.com"}
OF_FUNCTIONS = {"Duration", "Errors", "Invocations", "IteratorAge", "Throttles", "ConcurrentExecutions"}
OF_MAPPINGS = {"DroppedEventCount", "OnFailureDestinationDeliveredEventCount"}
OF_AWS: Mapping[tuple[str, tuple[str, ...]], set[str]] = {
    # "Types of metrics for Lambda functions", AWS Lambda Developer Guide.
    ("AWS/Lambda", ("FunctionName",)): OF_FUNCTIONS,
    ("AWS/Lambda", ("FunctionName", "Resource")): OF_FUNCTIONS,
    ("AWS/Lambda", ("EventSourceMappingUUID",)): OF_MAPPINGS,
    # "Monitor the Amazon Kinesis Data Streams service with Amazon CloudWatch": basic stream-level metrics.
    ("AWS/Kinesis", ("StreamName",)): {
        "IncomingBytes",
        "IncomingRecords",
        "ReadProvisionedThroughputExceeded",
        "WriteProvisionedThroughputExceeded",
    },
    # "DynamoDB metrics and dimensions".
    ("AWS/DynamoDB", ("TableName",)): {"ReadThrottleEvents", "WriteThrottleEvents"},
    # "Available CloudWatch metrics for Amazon SQS".
    ("AWS/SQS", ("QueueName",)): {"ApproximateNumberOfMessagesVisible"},
    # "Amazon API Gateway dimensions and metrics".
    ("AWS/ApiGateway", ("ApiName", "Stage")): {"4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"},
}
"""What AWS emits, by namespace and dimensions."""
OWN = {(name, function) for function in FUNCTIONS for name, _, _ in in_code(function)}
RUNBOOK = (Path(__file__).parents[2] / "docs/runbook.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def template() -> Template:
    return template_with(**OPTIONAL)


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in resolved(template, "AWS::CloudWatch::Alarm").items()}


def composites(template: Template) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in resolved(template, "AWS::CloudWatch::CompositeAlarm").items()}


def watched(alarm: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield namespace, name and dimensions of each metric that an alarm looks at."""
    for each in [alarm, *(one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one)]:
        if "MetricName" in each:
            yield each["Namespace"], each["MetricName"], {d["Name"]: d["Value"] for d in each.get("Dimensions", [])}


def charted(template: Template) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the same of each line of the CloudWatch dashboard."""
    (dashboard,) = resolved(template, "AWS::CloudWatch::Dashboard").values()
    for widget in json.loads(dashboard["Properties"]["DashboardBody"])["widgets"]:
        for namespace, name, *rest in widget["properties"]["metrics"]:
            pairs = [each for each in rest if isinstance(each, str)]
            yield namespace, name, dict(zip(pairs[::2], pairs[1::2], strict=True))


def assert_emitted(metrics: Iterator[tuple[str, str, dict[str, str]]]) -> None:
    found = list(metrics)
    assert found
    for namespace, name, dimensions in found:
        if namespace == "Penstock/S":
            assert set(dimensions) == {"service"}
            assert (name, dimensions["service"]) in OWN
        else:
            assert name in OF_AWS[namespace, tuple(sorted(dimensions))]


def test_every_alarm_watches_what_something_emits(template: Template) -> None:
    for alarm in alarms(template).values():
        assert_emitted(watched(alarm))


def test_the_dashboard_shows_what_something_emits(template: Template) -> None:
    assert_emitted(charted(template))


def test_the_dashboard_shows_traffic_lag_errors_and_cost(template: Template) -> None:
    shown = {name for _, name, _ in charted(template)}
    assert {"IncomingRecords", "EventsFolded", "IteratorAge", "Errors", "WriteUnits", "IncomingBytes"} <= shown


def test_metrics_of_resources_name_resources_of_the_stack(template: Template) -> None:
    for alarm in alarms(template).values():
        for _, _, dimensions in watched(alarm):
            for name, value in dimensions.items():
                if name not in ("service", "Stage", "ApiName"):
                    assert re.fullmatch(r"<\w+(\.\w+)?>(:live)?", value), (name, value)
                    assert re.match(r"<(\w+)", value)[1] in template.translated["Resources"]  # type: ignore[index] # just matched


def test_mappings_emit_what_is_watched(template: Template) -> None:
    mappings = resolved(template, "AWS::Lambda::EventSourceMapping")
    watched_ids = {
        dimensions["EventSourceMappingUUID"].strip("<>")
        for _, name, dimensions in watched(alarms(template)["GivenUpAlarm"])
        if name in OF_MAPPINGS
    }
    assert watched_ids == set(mappings)
    for mapping in mappings.values():
        assert mapping["Properties"]["MetricsConfig"] == {"Metrics": ["EventCount"]}


def test_someone_hears_of_every_alarm(template: Template) -> None:
    spoken_for = {name for each in composites(template).values() for name in re.findall(r"<(\w+)>", each["AlarmRule"])}
    for name, alarm in alarms(template).items():
        assert ("AlarmActions" in alarm) != (name in spoken_for), name
        assert alarm.get("AlarmActions", ["<AlarmsTopic>"]) == ["<AlarmsTopic>"]
    for composite in composites(template).values():
        assert composite["AlarmActions"] == composite["OKActions"] == ["<AlarmsTopic>"]
    assert spoken_for <= set(alarms(template))


def test_every_alarm_says_what_silence_means(template: Template) -> None:
    silent = {name for name, each in alarms(template).items() if each["TreatMissingData"] == "breaching"}
    assert silent == {"SweepStoppedAlarm", "ViewsStoppedAlarm", "AlertsStoppedAlarm"}
    assert {each["TreatMissingData"] for each in alarms(template).values()} == {"breaching", "notBreaching"}


@pytest.mark.parametrize(
    ("function", "timeout"),
    [
        ("Ingest", 60),
        ("Rollup", 60),
        ("Sweep", 300),
        ("Views", 120),
        ("Alerts", 55),
        ("Reporting", 10),
        ("Archive", 60),
    ],
)
def test_a_functions_duration_is_judged_by_its_own_timeout(template: Template, function: str, timeout: int) -> None:
    alarm = alarms(template)[f"{function}DurationAlarm"]
    (percent,) = [each["Expression"] for each in alarm["Metrics"] if "Expression" in each]
    assert percent == f"duration / (10 * {timeout})"
    assert alarm["Threshold"] == 80
    assert resolved(template, "AWS::Lambda::Function")[f"{function}Function"]["Properties"]["Timeout"] in (
        timeout,
        str(timeout),
    )


def test_aggregates_hold_every_function(template: Template) -> None:
    functions = {f"<{name}>" for name in resolved(template, "AWS::Lambda::Function")}
    for alarm, left_out in (("FunctionErrorsAlarm", set()), ("FunctionThrottlesAlarm", {"<RedriveFunction>"})):
        held = {dimensions["FunctionName"] for _, _, dimensions in watched(alarms(template)[alarm])}
        assert held == functions - left_out


@pytest.mark.parametrize(("hours", "seconds"), [("24", 82_800), ("168", 601_200)])
def test_the_retention_alarm_knows_when_records_are_given_up(hours: str, seconds: int) -> None:
    alarm = alarms(template_with(StreamRetentionHours=hours))["RetentionAlarm"]
    (percent,) = [each["Expression"] for each in alarm["Metrics"] if "Expression" in each]
    assert percent == f"100 * MAX([ingest / (1000 * {seconds}), rollup / 82800000])"
    assert alarm["Threshold"] == 50


def test_an_alarm_evaluates_no_more_than_cloudwatch_allows(template: Template) -> None:
    """At most ten metrics, and periods that make up a day at most (PutMetricAlarm, CloudWatch API Reference)."""
    for name, alarm in alarms(template).items():
        assert len(list(watched(alarm))) <= 10, name
        periods = {alarm.get("Period", 0)} | {
            each["MetricStat"]["Period"] for each in alarm.get("Metrics", []) if "MetricStat" in each
        }
        assert int(alarm["EvaluationPeriods"]) * max(map(int, periods)) <= 86_400, name


def test_the_page_on_metrics_says_what_alarms_cost() -> None:
    metrics = sum(len(list(watched(alarm))) for alarm in alarms(template_with()).values())
    total = 0.1 * metrics + 0.5 * len(composites(template_with())) + 3 + 1
    page = (Path(__file__).parents[2] / "docs/metrics.md").read_text(encoding="utf-8")
    assert f"look at {metrics} metrics" in page
    assert f"about {total:.0f} USD a month (list prices" in page


def test_alarms_reach_the_topic_encrypted(template: Template) -> None:
    """CloudWatch can't use the key that AWS manages for SNS ("Notifying users on alarm changes", its User Guide)."""
    topic = resolved(template, "AWS::SNS::Topic")["AlarmsTopic"]["Properties"]
    assert topic["KmsMasterKeyId"] == "<AlarmsKey.Arn>"
    key = resolved(template, "AWS::KMS::Key")["AlarmsKey"]["Properties"]
    assert key["EnableKeyRotation"] is True
    _, granted = key["KeyPolicy"]["Statement"]
    assert granted["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert granted["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert granted["Condition"] == {"StringEquals": {"aws:SourceAccount": "A"}}
    allowed, denied = resolved(template, "AWS::SNS::TopicPolicy")["AlarmsTopicPolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_alarms_go_by_email_to_who_is_named(template: Template) -> None:
    subscription = resolved(template, "AWS::SNS::Subscription")["AlarmsEmailSubscription"]["Properties"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "someone@example.com")
    assert "AlarmsEmailSubscription" not in resolved(template_with(), "AWS::SNS::Subscription")


def test_optional_parts_have_their_alarms_only_with_them() -> None:
    assert not [name for name in alarms(template_with()) if name.startswith("Archive")]
    assert "StreamFullAlarm" not in alarms(template_with(StreamMode="ON_DEMAND"))
    assert "AlertsStoppedAlarm" not in alarms(template_with(AlertDimensions=""))


def entries() -> dict[str, str]:
    """Return the runbook's entries by alarm; one may be for several."""
    found: dict[str, str] = {}
    for heading, text in re.findall(r"^### (.*Alarm`.*)\n((?:(?!^##).*\n)*)", RUNBOOK, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", heading):
            assert name not in found, name
            found[name] = text
    return found


def test_each_alarm_has_an_entry_in_the_runbook_and_each_entry_an_alarm(template: Template) -> None:
    assert set(entries()) == set(alarms(template)) | set(composites(template))


@pytest.mark.parametrize("alarm", sorted(entries()))
def test_an_entry_says_what_it_means_where_to_look_and_what_to_do(alarm: str) -> None:
    text = entries()[alarm]
    assert [re.search(rf"^\*\*{part}\*\* \S", text, re.MULTILINE) is not None for part in ("Means", "Look", "Do")] == [
        True
    ] * 3
    assert re.search(r"^    \S", text, re.MULTILINE), "no command"


def test_the_runbook_names_only_resources_and_parameters_that_exist(template: Template) -> None:
    known = set(template.translated["Resources"]) | set(template.translated["Parameters"])
    named = set(re.findall(r"\$\(resource (\w+)\)", RUNBOOK)) | set(re.findall(r"`(\w+=)", RUNBOOK))
    assert named
    assert {each.rstrip("=") for each in named} <= known
