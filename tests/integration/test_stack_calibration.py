"""A calibration read from the logs of a deployed stack, which are in moto."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from load.calibration.calibration import default_calibration, read_calibration
from load.commands import cli
from load.errors import LoadError
from tests.integration.deployed_stack import REGION, deployed

INVOCATIONS = 60


@pytest.fixture(autouse=True)
def _stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with deployed(monkeypatch):
        yield


def said(service: str, random: Random) -> tuple[dict[str, Any], float]:
    """Return what a function says of a batch, and the milliseconds that it takes."""
    amount = random.randrange(1, 500)
    units = random.randrange(2, 60)
    if service == "Ingest":
        events, segments = 20 * amount + units, random.randrange(1, 8)
        told = {"records": amount, "events": events, "segments": segments, "refused": 0, "read_units": 0.0}
        return {"message": "batch", **told}, 10 + 0.02 * events + segments
    if service == "Rollup":
        told = {"segments": amount, "write_units": units, "buckets_written": 4}
        return {"message": "batch", **told}, 30 + 0.05 * amount + units
    return {"message": "refreshed", "read_units": amount, "write_units": units}, 40 + 0.2 * amount + units


def log(service: str) -> None:
    """Write a function's lines: its own and Lambda's report of each invocation."""
    random, client = Random(service), boto3.client("logs")  # type: ignore[call-overload,unused-ignore]  # its stubs are not installed
    lines: list[dict[str, Any]] = []
    for number in range(INVOCATIONS):
        fields, milliseconds = said(service, random)
        lines.append({"level": "INFO", "function_request_id": f"request-{number}", **fields})
        metrics = {
            "durationMs": milliseconds,
            "billedDurationMs": milliseconds,
            "memorySizeMB": 1_769,
            "maxMemoryUsedMB": 90,
        }
        record = {"requestId": f"request-{number}", "metrics": metrics, "status": "success"}
        lines.append({"time": "2026-11-22T12:00:00Z", "type": "platform.report", "record": record})
    client.create_log_stream(logGroupName=f"/penstock/{service}", logStreamName="one")
    now = int(time.time() * 1000)
    events = [{"timestamp": now - 60_000 + number, "message": json.dumps(line)} for number, line in enumerate(lines)]
    client.put_log_events(logGroupName=f"/penstock/{service}", logStreamName="one", logEvents=events)


def calibrated(file: Path) -> Result:
    told = ("calibrate", str(file), "--from-logs", "penstock", "--since", "10m")
    result = CliRunner().invoke(cli, told, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


def test_what_invocations_took_becomes_what_their_parts_cost(tmp_path: Path) -> None:
    for service in ("Ingest", "Rollup", "Views"):
        log(service)
    file = tmp_path / "lambda.json"

    result = calibrated(file)

    found = read_calibration(file)
    assert found.made.endswith(f"from the logs of penstock in {REGION}")
    assert found.processor == "AWS Lambda"
    assert found.ingest.seconds["event"] == pytest.approx(20e-6, rel=0.1)
    assert found.rollup.seconds["unit"] == pytest.approx(0.001, rel=0.1)
    assert found.views.seconds["read"] == pytest.approx(0.0002, rel=0.1)
    assert found.counts == default_calibration().counts
    assert result.output.count("off by ") == 3


def test_logs_without_reports_write_no_file_and_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="deploy with SystemLogLevel=INFO"):
        calibrated(tmp_path / "lambda.json")
    assert not (tmp_path / "lambda.json").exists()
