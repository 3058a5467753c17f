"""What keeps AWS from being asked is one line with what to do about it."""

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from load.errors import InputError, LoadError
from load.stack.access import open_session, told
from load.stack.callers import authorize, signer
from load.stack.description import DescribedStack

REGION = "eu-central-1"


@pytest.fixture
def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)  # noqa: S106 - none


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "says AWS"}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (NoCredentialsError(), "set AWS_PROFILE"),
        (refused("AccessDenied"), r"not allowed to look \(DescribeStacks\): says AWS; docs/tuning.md has the policy"),
        (refused("ExpiredToken"), "sign in again"),
        (EndpointConnectionError(endpoint_url="https://x"), "Is the region right"),
    ],
)
def test_what_the_user_can_mend_is_wrong_input(error: Exception, line: str) -> None:
    with pytest.raises(InputError, match=line) as raised, told("look"):
        raise error
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("error", [refused("ThrottlingException"), ReadTimeoutError(endpoint_url="https://x")])
def test_what_passes_is_a_failure(error: Exception) -> None:
    with pytest.raises(LoadError, match="can't look"), told("look"):
        raise error


def test_a_region_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(InputError, match="give --region NAME, or set AWS_REGION"):
        open_session(None)
    monkeypatch.setenv("AWS_PROFILE", "missing")
    with pytest.raises(InputError, match="missing"):
        open_session("eu-central-1")


def test_a_region_that_is_none_is_wrong_input() -> None:
    with pytest.raises(InputError, match=r"'not a region'.*Give --region one like eu-central-1, or set AWS_REGION"):
        open_session("not a region")


def test_an_address_that_is_none_is_wrong_input(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    with (
        pytest.raises(InputError, match=r"can't look: Invalid endpoint: nonsense\. Set AWS_ENDPOINT_URL"),
        told("look"),
    ):
        session.client("cloudformation")


def test_other_values_that_are_wrong_are_defects() -> None:
    with pytest.raises(ValueError, match=r"^ours$"), told("look"):
        raise ValueError("ours")


def stack_with(**parameters: str) -> DescribedStack:
    return DescribedStack("penstock", REGION, parameters, {}, {})


@pytest.mark.parametrize(
    ("parameters", "line"),
    [({"SignIn": "Cognito"}, "PENSTOCK_API_TOKEN"), ({"SignIn": "IAM", "ApiKeys": "true"}, "PENSTOCK_API_KEY")],
)
def test_what_the_api_asks_for_must_be_given(session: boto3.Session, parameters: dict[str, str], line: str) -> None:
    with pytest.raises(InputError, match=line):
        authorize(stack_with(**parameters), session, token=None, key=None)


def test_a_user_shows_a_token_and_a_key(session: boto3.Session) -> None:
    asking = authorize(stack_with(SignIn="Cognito", ApiKeys="true"), session, token="t", key="k")  # noqa: S106 - none
    assert asking("https://x/") == {"Authorization": "Bearer t", "x-api-key": "k"}


def test_an_aws_identity_signs_its_request_for_the_api(session: boto3.Session) -> None:
    headers = signer(session, REGION)("https://x.execute-api.eu-central-1.amazonaws.com/api/v1/health?a=1")
    assert f"/{REGION}/execute-api/aws4_request" in headers["Authorization"]
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=testing/")
