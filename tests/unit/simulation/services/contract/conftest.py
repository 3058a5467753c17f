"""The services of a rule's test, by the backend that it names."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.unit.simulation.services.contract.worlds import MotoWorld, SimulatedWorld, World


@pytest.fixture
def aws(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    if request.param == "simulation":
        yield SimulatedWorld()
        return
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield MotoWorld(monkeypatch)
