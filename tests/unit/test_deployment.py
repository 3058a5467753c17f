"""A deploy takes effect gradually and goes back by itself, and the template stays deployable."""

import json
import re

import pytest

from local.errors import ParameterError
from local.template.translation import Template
from tests.unit.translated_template import PATH, intrinsics_of, resolved, template_with

GRADUAL = {"IngestFunction", "ArchiveFunction", "RollupFunction", "ReportingFunction"}


@pytest.fixture(scope="module")
def template() -> Template:
    return template_with(Archive="true")


def versions(template: Template) -> dict[str, str]:
    """Return the logical id of each function's version."""
    found = resolved(template, "AWS::Lambda::Version")
    return {each["Properties"]["FunctionName"].strip("<>"): name for name, each in found.items()}


def test_every_function_has_a_live_alias_of_its_newest_version(template: Template) -> None:
    aliases = resolved(template, "AWS::Lambda::Alias")
    functions = resolved(template, "AWS::Lambda::Function")
    assert {each["Properties"]["FunctionName"] for each in aliases.values()} == {f"<{name}>" for name in functions}
    for alias in aliases.values():
        properties = alias["Properties"]
        assert properties["Name"] == "live"
        assert (
            properties["FunctionVersion"] == f"<{versions(template)[properties['FunctionName'].strip('<>')]}.Version>"
        )


def test_events_schedules_and_the_api_invoke_the_alias(template: Template) -> None:
    aliases = {f"<{name}>" for name in resolved(template, "AWS::Lambda::Alias")}
    mappings = resolved(template, "AWS::Lambda::EventSourceMapping").values()
    assert {each["Properties"]["FunctionName"] for each in mappings} <= aliases
    for rule in resolved(template, "AWS::Events::Rule").values():
        assert {target["Arn"] for target in rule["Properties"]["Targets"]} <= aliases
    for permission in resolved(template, "AWS::Lambda::Permission").values():
        assert permission["Properties"]["FunctionName"] in aliases
    (api,) = resolved(template, "AWS::ApiGateway::RestApi").values()
    uris = set(re.findall(r"functions/[^/]+/invocations", json.dumps(api["Properties"]["Body"])))
    assert uris == {"functions/<ReportingFunction.Arn>:live/invocations"}


def test_what_is_said_of_invocations_is_said_of_the_alias_and_redrive_is_invoked_by_it(template: Template) -> None:
    for config in resolved(template, "AWS::Lambda::EventInvokeConfig").values():
        assert config["Properties"]["Qualifier"] == "live"
    output = template.translated["Outputs"]["RedriveFunctionName"]["Value"]
    assert intrinsics_of(template).resolve(output) == "<RedriveFunction>:live"


def test_what_serves_streams_and_readers_shifts_gradually_and_goes_back_on_errors(template: Template) -> None:
    groups = resolved(template, "AWS::CodeDeploy::DeploymentGroup")
    assert set(groups) == {f"{name}DeploymentGroup" for name in GRADUAL}
    for name, group in groups.items():
        properties = group["Properties"]
        assert properties["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
        assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
        alarm = f"{name.removesuffix('FunctionDeploymentGroup')}ErrorsAlarm"
        assert properties["AlarmConfiguration"]["Alarms"] == [{"Name": f"<{alarm}>"}]
        assert properties["ServiceRoleArn"] == "<DeploymentRole.Arn>"


def test_the_alarm_that_takes_a_version_back_watches_the_alias(template: Template) -> None:
    alarms = resolved(template, "AWS::CloudWatch::Alarm")
    for function in GRADUAL:
        properties = alarms[f"{function.removesuffix('Function')}ErrorsAlarm"]["Properties"]
        dimensions = {each["Name"]: each["Value"] for each in properties["Dimensions"]}
        assert dimensions == {"FunctionName": f"<{function}>", "Resource": f"<{function}>:live"}
        assert (properties["MetricName"], properties["Period"]) == ("Errors", 60)


def test_a_development_stack_may_deploy_all_at_once() -> None:
    groups = resolved(template_with(GradualDeployment="AllAtOnce"), "AWS::CodeDeploy::DeploymentGroup")
    assert {each["Properties"]["DeploymentConfigName"] for each in groups.values()} == {
        "CodeDeployDefault.LambdaAllAtOnce"
    }


def test_another_release_is_another_version_of_every_function(template: Template) -> None:
    first, second = (template_with(Archive="true", Release=f"{number:010}") for number in (1, 2))
    for one, two in ((template, first), (first, second)):
        assert set(versions(one)) == set(versions(two)) == set(resolved(template, "AWS::Lambda::Function"))
        assert not set(versions(one).values()) & set(versions(two).values())


@pytest.mark.parametrize("release", ["1", "12345678901", "1234-67890"])
def test_a_release_that_sam_would_cut_or_refuse_is_refused(release: str) -> None:
    """SAM takes the first ten characters into a logical id, which takes letters and digits alone."""
    with pytest.raises(ParameterError, match="ten letters and digits"):
        Template(PATH, {"Release": release})


def test_ingest_and_reporting_do_not_take_each_others_environments(template: Template) -> None:
    reserved = {
        name: each["Properties"].get("ReservedConcurrentExecutions")
        for name, each in resolved(template, "AWS::Lambda::Function").items()
    }
    assert {name: number for name, number in reserved.items() if number is not None} == {
        "IngestFunction": "100",
        "ReportingFunction": "50",
    }


def test_an_account_with_few_environments_need_not_spare_any() -> None:
    functions = resolved(template_with(IngestConcurrency="0", ReportingConcurrency="0"), "AWS::Lambda::Function")
    assert not [name for name, each in functions.items() if "ReservedConcurrentExecutions" in each["Properties"]]


def test_the_stream_may_follow_its_load() -> None:
    provisioned = resolved(template_with(), "AWS::Kinesis::Stream")["EventStream"]["Properties"]
    on_demand = resolved(template_with(StreamMode="ON_DEMAND"), "AWS::Kinesis::Stream")["EventStream"]["Properties"]
    assert (provisioned["StreamModeDetails"], provisioned["ShardCount"]) == ({"StreamMode": "PROVISIONED"}, "2")
    assert on_demand["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    assert "ShardCount" not in on_demand


def test_the_template_stays_far_below_cloudformations_limits(template: Template) -> None:
    """500 resources, 200 parameters, 200 outputs, a megabyte ("CloudFormation quotas", its User Guide)."""
    translated = template.translated
    assert len(translated["Resources"]) < 300
    assert len(translated["Parameters"]) < 100
    assert len(json.dumps(translated)) < 500_000
