from typing import Any

import pytest

from penstock.config import ProducerConfig
from penstock.errors import ConfigurationError
from penstock.kinesis_client import make_client


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
    with pytest.raises(ConfigurationError, match="AWS_REGION"):
        make_client(ProducerConfig())
