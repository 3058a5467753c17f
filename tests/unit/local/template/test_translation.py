"""A template becomes functions, mappings, routes, schedules and a CloudFormation template of its data resources."""

from pathlib import Path
from textwrap import dedent

import pytest

from local.errors import ParameterError, TemplateError
from local.template.resources import Route, StackResources
from local.template.translation import Template

ROOT = Path(__file__).parents[4]

HEAD = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Size: { Type: Number, Default: 7 }
  Extra: { Type: String, Default: "no" }
Conditions:
  HasExtra: !Equals [!Ref Extra, "yes"]
Resources:
  Words:
    Type: AWS::Kinesis::Stream
  Notes:
    Type: AWS::S3::Bucket
    Condition: HasExtra
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: work.handler
      CodeUri: code
      MemorySize: 512
      Environment: { Variables: { STREAM: !Ref Words, SIZE: !Ref Size, SURE: true } }
      ReservedConcurrentExecutions: 3
      Events:
"""


def load(tmp_path: Path, events: str, tail: str = "", parameters: dict[str, str] | None = None) -> Template:
    """Translate a template with one function and the given events."""
    file = tmp_path / "template.yaml"
    file.write_text(HEAD + "".join(f"        {line}\n" for line in dedent(events).splitlines()) + dedent(tail))
    return Template(file, parameters)


def resources(template: Template) -> StackResources:
    """Resolve a template with attributes that name themselves."""
    _, attributes = template.data_template()
    return template.resources({key: f"<{key[0]}.{key[1]}>" for key in attributes.values()})


STREAM = """\
    Words:
      Type: Kinesis
      Properties: { Stream: !GetAtt Words.Arn, StartingPosition: LATEST, BatchSize: !Ref Size }
    """


def test_a_functions_properties_are_resolved(tmp_path: Path) -> None:
    function = resources(load(tmp_path, STREAM)).functions["Worker"]
    assert function.environment == {"STREAM": "<Words.None>", "SIZE": "7", "SURE": "true"}
    assert (function.memory_megabytes, function.timeout_seconds, function.reserved_concurrency) == (512, 3, 3)
    assert function.code == (tmp_path / "code").resolve()
    assert function.arn.endswith(f":function:{function.name}")


def test_a_mapping_has_the_resources_properties_and_the_parameters_values(tmp_path: Path) -> None:
    (mapping,) = resources(load(tmp_path, STREAM, parameters={"Size": "250"})).mappings
    assert mapping.function == "Worker"
    assert mapping.properties["EventSourceArn"] == "<Words.Arn>"
    assert mapping.properties["BatchSize"] == "250"


def test_routes_come_from_the_translated_api(tmp_path: Path) -> None:
    events = """\
        One: { Type: Api, Properties: { Method: get, Path: "/one/{id}" } }
        All: { Type: Api, Properties: { Method: any, Path: "/{proxy+}" } }
        """
    api = resources(load(tmp_path, events)).api
    assert api is not None
    assert set(api.routes) == {Route("GET", "/one/{id}", "Worker"), Route("ANY", "/{proxy+}", "Worker")}


def test_schedules_have_their_period_in_seconds(tmp_path: Path) -> None:
    events = """\
        Often: { Type: Schedule, Properties: { Schedule: rate(2 minutes) } }
        Never: { Type: Schedule, Properties: { Schedule: rate(1 day), State: DISABLED } }
        """
    (schedule,) = resources(load(tmp_path, events)).schedules
    assert (schedule.function, schedule.seconds, schedule.event) == ("Worker", 120, None)


def test_the_data_template_has_data_alone_and_gives_what_the_rest_refers_to(tmp_path: Path) -> None:
    data, attributes = load(tmp_path, STREAM).data_template()
    assert list(data["Resources"]) == ["Words"]
    assert set(attributes.values()) == {("Words", None), ("Words", "Arn")}
    assert {name: output["Value"] for name, output in data["Outputs"].items()} == {
        name: {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": resource}
        for name, (resource, attribute) in attributes.items()
    }


def test_conditions_decide_which_resources_and_outputs_exist(tmp_path: Path) -> None:
    tail = """
        Outputs:
          Notes: { Condition: HasExtra, Value: !Ref Notes }
          Words: { Value: !Ref Words }
        """
    without = load(tmp_path, STREAM, tail)
    assert set(resources(without).outputs) == {"Words"}
    assert list(without.data_template()[0]["Resources"]) == ["Words"]
    assert set(resources(load(tmp_path, STREAM, tail, {"Extra": "yes"})).outputs) == {"Words", "Notes"}


@pytest.mark.parametrize(
    ("events", "tail", "message"),
    [
        ('Often: { Type: Schedule, Properties: { Schedule: "cron(0 12 * * ? *)" } }', "", "runs rate expressions"),
        (STREAM, "\nOutputs: { X: { Value: !Ref Absent } }", "refers to Absent"),
        (STREAM, "\nOutputs: { X: { Value: !GetAtt Worker.Odd } }", "no attribute Odd of Worker"),
        ("Odd: { Type: Odd }", "", "SAM refuses the template: .*Worker"),
        (STREAM, "\nOutputs: { X: { Description: no value } }", "missing or of another kind: KeyError: 'Value'"),
        (STREAM, "\nOutputs: { X: { Value: !GetAtt [Worker] } }", "missing or of another kind: IndexError"),
    ],
)
def test_what_cannot_be_run_here_is_refused_in_one_line(tmp_path: Path, events: str, tail: str, message: str) -> None:
    with pytest.raises(TemplateError, match=message) as caught:
        resources(load(tmp_path, events, tail))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file or directory"),
        ("a: [", "is not YAML"),
        ("a: 1", "it has no Resources"),
        ("Resources: { Words: { Properties: {} } }", "the resource Words has no Type"),
        ("Resources: { Words: { Type: [] } }", "the resource Words has no Type"),
        ("Resources: { Words: AWS::S3::Bucket }", "the resource Words has no Type"),
        ("Resources: { Words: { Type: AWS::S3::Bucket, Properties: [] } }", "the Properties of Words are no mapping"),
    ],
)
def test_a_file_that_is_no_template_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    file = tmp_path / "odd.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(TemplateError, match=message) as caught:
        Template(file)
    assert str(file) in str(caught.value)


def test_nothing_of_the_users_aws_configuration_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "there-is-no-such-profile")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert resources(Template(ROOT / "template.yaml")).functions["IngestFunction"].arn.split(":")[3] == "us-east-1"


def test_parameters_of_the_template_are_checked() -> None:
    with pytest.raises(ParameterError, match="ShardCount is '0'"):
        Template(ROOT / "template.yaml", {"ShardCount": "0"})
