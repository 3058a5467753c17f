from typing import Any

import boto3
import pytest
from botocore.config import Config

from penstock.config import ProducerConfig
from penstock.errors import ConfigurationError
from penstock.kinesis_client import make_client, warn_of_retries
from tests.unit.penstock.stub_client import StubClient


def test_the_client_leaves_retries_to_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    client = make_client(ProducerConfig(calls_in_flight=7, read_timeout_seconds=3))
    config: Any = client.meta.config
    assert config.retries == {"total_max_attempts": 1, "mode": "standard"}
    assert config.max_pool_connections == 8
    assert config.read_timeout == 3
    assert config.tcp_keepalive


def test_a_missing_region_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", f"{tmp_path}/none")
    with pytest.raises(ConfigurationError, match="set AWS_DEFAULT_REGION"):
        make_client(ProducerConfig())


def test_the_session_s_region_and_credentials_are_used() -> None:
    session = boto3.Session(region_name="ap-south-1", aws_access_key_id="key", aws_secret_access_key="secret")  # noqa: S106 - of nobody
    client: Any = make_client(ProducerConfig(), session=session)
    assert client.meta.region_name == "ap-south-1"
    assert client._request_signer._credentials.access_key == "key"


def test_the_region_of_an_arn_has_precedence() -> None:
    session = boto3.Session(region_name="ap-south-1")
    assert make_client(ProducerConfig(), session=session, region="eu-central-1").meta.region_name == "eu-central-1"


@pytest.mark.parametrize(
    ("retries", "attempts"),
    [
        ({}, "several"),
        ({"mode": "standard"}, "several"),
        ({"max_attempts": 2}, "3"),
        ({"total_max_attempts": 1}, None),
        ({"max_attempts": 0, "mode": "adaptive"}, None),
    ],
)
def test_a_client_that_retries_by_itself_is_warned_of(
    retries: Any,  # noqa: ANN401 - botocore's
    attempts: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    warn_of_retries(boto3.client("kinesis", region_name="eu-central-1", config=Config(retries=retries)))
    if attempts is None:
        assert not caplog.text
    else:
        assert f"up to {attempts} attempts" in caplog.text
        assert "pass session= instead" in caplog.text


def test_a_double_of_a_client_need_not_know_of_retries(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_retries(StubClient().client)
    assert not caplog.text
