"""A function that is told to trace its calls sends them to X-Ray's daemon, threads' calls too, and no payload."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TRACE = "1-692f0a11-0123456789abcdef01234567"
FUNCTION = """
from concurrent.futures import ThreadPoolExecutor

import boto3
from moto import mock_aws

from consumers.tracing import traced
from tests.integration.lambda_surroundings import Context


@traced
def handler(event, context):
    client = boto3.client("dynamodb")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(client.list_tables).result()
    return event


with mock_aws():
    assert handler({"answer": "what ada wrote"}, Context("traced")) == {"answer": "what ada wrote"}
"""


def sent_by(function: str, **variables: str) -> list[dict[str, Any]]:
    """Run a function in a process of its own, and return the documents it sent to the daemon."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.setblocking(False)
        environment = {
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "LAMBDA_TASK_ROOT": "/var/task",
            "POWERTOOLS_SERVICE_NAME": "traced",
            "_X_AMZN_TRACE_ID": f"Root={TRACE};Parent=0123456789abcdef;Sampled=1",
        }
        command = [sys.executable, "-c", function]
        subprocess.run(command, cwd=ROOT, env=os.environ | environment | variables, check=True, capture_output=True)
        documents = []
        while True:
            try:
                documents.append(json.loads(daemon.recv(65_536).partition(b"\n")[2]))
            except BlockingIOError:
                return documents


def test_calls_of_threads_are_in_the_invocation_s_trace() -> None:
    documents = sent_by(FUNCTION, TRACE_CALLS="true")
    assert {document["trace_id"] for document in documents} == {TRACE}
    assert {document["name"] for document in documents} >= {"## handler", "dynamodb"}
    assert "what ada wrote" not in json.dumps(documents)


@pytest.mark.parametrize("value", ["false", ""])
def test_nothing_is_sent_where_it_is_off(value: str) -> None:
    assert sent_by(FUNCTION, TRACE_CALLS=value) == []
