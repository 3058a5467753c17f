"""A command that AWS or its configuration fails says what to do, in one line."""

import click
import pytest
from botocore.exceptions import EndpointConnectionError, NoRegionError

from consumers.command import running


@pytest.mark.parametrize(
    ("error", "said", "status"),
    [
        (NoRegionError(), "error: no AWS region is configured: give --region NAME, or set AWS_REGION\n", 2),
        (
            EndpointConnectionError(endpoint_url="http://127.0.0.1:1/"),
            'error: Could not connect to the endpoint URL: "http://127.0.0.1:1/"; running it again is safe\n',
            1,
        ),
    ],
)
def test_the_remedy_is_named(
    error: Exception, said: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def command() -> None:
        raise error

    monkeypatch.setattr("sys.argv", ["command"])
    with pytest.raises(SystemExit) as ended:
        running.run(command, "command", failures={}, after_failure="running it again is safe")
    assert (ended.value.code, capsys.readouterr().err) == (status, said)
