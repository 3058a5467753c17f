"""A command that AWS or its configuration fails says what to do, in one line."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from botocore.exceptions import EndpointConnectionError, NoRegionError

from consumers.command import running

ROOT = Path(__file__).resolve().parents[4]
TWO_LINES = """
import click
from consumers.command import running
from consumers.command.progress import Progress

@click.command()
def command():
    with Progress() as progress:
        progress.tell("first")
        input()
        progress.tell("second")
    click.echo("done")

running.run(command, "command", failures={}, after_failure="")
"""


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


def test_progress_that_nobody_reads_any_more_does_not_end_what_is_to_be_done() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TWO_LINES],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "producer")))},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stderr.readline() == b"first\n"
        process.stderr.close()
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.stdout.read() == b"done\n"
    assert process.returncode == 0
