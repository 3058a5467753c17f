"""A deployed stack as CloudFormation in moto describes it."""

from collections.abc import Iterator

import boto3
import pytest

from load.configuration import CapacityMode
from load.errors import InputError
from load.stack.description import describe
from tests.integration.deployed_stack import REGION, deployed


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    with deployed(monkeypatch) as session:
        yield session


def test_a_stack_is_described_with_its_configuration(session: boto3.Session) -> None:
    stack = describe(session, "penstock")
    assert (stack.region, stack.sign_in, stack.keys_wanted) == (REGION, "IAM", False)
    assert stack.outputs["StreamName"] == "penstock-events"
    assert stack.resources["IngestFunction"] == "penstock-ingest"
    configuration = stack.configuration({"linger_seconds": "0.5"})
    assert (configuration.shards, configuration.linger_seconds) == (2, 0.5)
    assert configuration.stream_mode is CapacityMode.PROVISIONED
    with pytest.raises(InputError, match="ShardCount: a stack has its own parameters, which `tune --apply`"):
        stack.configuration({"ShardCount": "4"})
    with pytest.raises(InputError, match="has no role for producers: deploy it with ProducerPrincipals"):
        _ = stack.producer_role


def test_an_unknown_stack_is_said_with_its_region(session: boto3.Session) -> None:
    with pytest.raises(InputError, match="there is no stack 'other' in eu-central-1: name it as --target stack:NAME"):
        describe(session, "other")


def test_somebody_elses_stack_is_said(session: boto3.Session) -> None:
    body = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    boto3.client("cloudformation").create_stack(StackName="theirs", TemplateBody=body)
    with pytest.raises(InputError, match="none of Penstock's: it has no output StreamName"):
        describe(session, "theirs")
