"""The end of a sending waits for nothing that hangs."""

import socket
import time

import boto3
import pytest

from consumers.redrive.judgement import Resend
from consumers.redrive.parts import Parts
from consumers.redrive.report import SendReport
from consumers.redrive.sender import MARK_SECONDS
from consumers.redrive.settings import Settings
from tests.unit.consumers.redrive.failures import a_failed_event

SETTINGS = Settings.read(
    {
        "STREAM": "events",
        "FAILED_EVENTS_BUCKET": "failed",
        "LOG_TABLE": "log",
        "DEDUP_DAYS": "7",
        "STREAM_RETENTION_HOURS": "24",
        "SCHEDULE": '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}]',
    }
)


def test_with_a_stream_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.redrive.sender.GRACE_SECONDS", MARK_SECONDS + 0.1)
    report = SendReport()
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{frozen.getsockname()[1]}")
        session = boto3.Session("testing", "testing", region_name="us-east-1")
        began = time.monotonic()
        with Parts(SETTINGS, session).sender(report, rate=None, fix_up="", seconds_left=lambda: 90.0) as sender:
            sender.send("failed-events/k", a_failed_event(), Resend("ada", [b"{}"]))
            sender.give_up()
        assert time.monotonic() - began < 5
    assert report.undelivered == {"Unanswered": 1}
