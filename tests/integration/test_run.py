"""``python -m local run`` on recorded input, counted here without any of the project's code."""

import json
import os
import signal
import socket
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RECORDING = ROOT.parent / "shared" / "data" / "bluesky-jetstream-2026-04-29.jsonl"
SECONDS = 240

recorded = pytest.mark.skipif(
    not RECORDING.exists() and "CI" not in os.environ, reason=f"needs the recorded feed {RECORDING}"
)


@dataclass
class Expected:
    """What the recording holds, read with nothing but ``json``."""

    accepted: int = 0
    too_late: int = 0
    kind: Counter[str] = field(default_factory=Counter)
    lang: Counter[str] = field(default_factory=Counter)
    hashtag: Counter[str] = field(default_factory=Counter)


def count_recording() -> Expected:
    expected = Expected()
    with RECORDING.open(encoding="utf-8") as lines:
        frames = [json.loads(line) for line in lines]
    now = datetime.fromtimestamp(frames[-1]["time_us"] / 1e6).astimezone()
    for frame in frames:
        commit = frame.get("commit", {})
        kind = {"app.bsky.feed.like": "like", "app.bsky.feed.repost": "repost", "app.bsky.feed.post": "post"}.get(
            commit.get("collection")
        )
        if kind is None or commit["operation"] != "create":
            continue
        record = commit["record"]
        expected.accepted += 1
        if now - datetime.fromisoformat(record["createdAt"]) > timedelta(days=7):
            expected.too_late += 1
            continue
        expected.kind["reply" if kind == "post" and "reply" in record else kind] += 1
        expected.lang[(record.get("langs") or ["und"])[0].split("-")[0].lower()] += 1
        expected.hashtag.update(hashtags(record))
    return expected


def hashtags(record: dict[str, Any]) -> set[str]:
    tags = list(record.get("tags", []))
    for facet in record.get("facets", []):
        tags += [feature["tag"] for feature in facet["features"] if feature["$type"].endswith("#tag")]
    return {unicodedata.normalize("NFKC", tag).strip().lstrip("#").strip().casefold() for tag in tags}


def local_run(*arguments: str, stdin: bytes = b"", seconds: float = SECONDS) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "local", "run", "--port", "0", *arguments]
    return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, timeout=seconds, check=False)


def play(report: Path, *arguments: str, stdin: bytes = b"", status: int = 0) -> dict[str, Any]:
    ended = local_run(*arguments, "--once", "--report", str(report), stdin=stdin)
    assert ended.returncode == status, ended.stdout.decode() + ended.stderr.decode()
    result: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return result


@recorded
@pytest.mark.parametrize("repeat", [1, 2])
def test_the_recording_is_counted_exactly(tmp_path: Path, repeat: int) -> None:
    expected = count_recording()
    assert (expected.accepted, expected.too_late, len(expected.hashtag)) == (1_781, 3, 179), "as its page says"

    report = play(tmp_path / "report.json", "--source", str(RECORDING), "--repeat", str(repeat))

    counted = expected.accepted - expected.too_late
    assert report["accepted"] == expected.accepted * repeat
    assert report["counted"] == counted
    assert report["duplicates"] == counted * (repeat - 1)
    assert report["failed"] == {"too_late": expected.too_late * repeat}
    assert report["kind"] == expected.kind == {"like": 1_398, "post": 200, "reply": 180}
    assert report["lang"] == expected.lang
    assert report["platform"] == {"bluesky": counted}
    assert report["hashtag"] == expected.hashtag
    assert 0 < report["lag_seconds"]["p50"] <= report["lag_seconds"]["p95"] <= report["lag_seconds"]["max"] < 60


def test_unreadable_lines_are_failed_events_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = {"kind": "like", "platform": "test", "author": "a", "created_at": datetime.now().astimezone().isoformat()}
    lines = [
        json.dumps(good | {"event_id": "1", "hashtags": ["#Rivers"]}).encode(),
        b"{not json",
        b"\xff\xfe\x00",
        json.dumps(good | {"event_id": "2", "kind": "shout"}).encode(),
        json.dumps(good | {"event_id": "3", "created_at": "2001-01-01T00:00:00Z"}).encode(),
        json.dumps(good | {"event_id": "4", "created_at": "2199-01-01T00:00:00Z"}).encode(),
        b"",
        json.dumps(good | {"event_id": "1", "hashtags": ["#Rivers"]}).encode(),
        json.dumps(good | {"event_id": "5", "hashtags": ["rivers", "<b>"]}).encode(),
    ]
    report = play(tmp_path / "report.json", "--source", "-", stdin=b"\n".join(lines))
    assert report["accepted"] == 8
    assert report["counted"] == 2
    assert report["duplicates"] == 1
    assert report["failed"] == {"future": 1, "invalid": 1, "too_late": 1, "unreadable": 2}
    assert report["hashtag"] == {"rivers": 2, "<b>": 1}


def test_an_interrupt_drains_and_ends_with_130(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "local", "run", "--rate", "200", "--report", str(report), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if b"counted" in line and b"counted 0," not in line:
                break
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, errors.decode()
    assert errors == b""
    ledger = json.loads(report.read_text(encoding="utf-8"))
    assert ledger["accepted"] == ledger["counted"] + ledger["duplicates"] + sum(ledger["failed"].values())
    assert sum(ledger["kind"].values()) == ledger["counted"] > 0


def test_a_reader_that_goes_away_interrupts_and_the_run_drains(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "local", "run", "--rate", "50", "--report", str(report), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"starting" in process.stdout.readline()
        assert b"dashboard" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
        process.wait(SECONDS)
    assert process.returncode == 130, errors.decode()
    ledger = json.loads(report.read_text(encoding="utf-8"))
    assert ledger["accepted"] == ledger["counted"] + ledger["duplicates"] + sum(ledger["failed"].values())


def test_an_interrupt_during_the_start_ends_it() -> None:
    command = [sys.executable, "-m", "local", "run", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"starting" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors.decode()
    assert b"accepted" not in output
    assert errors.strip() == b"ended before the accounts were settled"


def test_a_part_that_ends_by_itself_ends_the_run_with_its_name() -> None:
    command = [sys.executable, "-m", "local", "run", "--rate", "50", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if b"dashboard" in line:
                break
        os.kill(services_of(process.pid), signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors.decode()
    last = errors.decode().splitlines()[-1]
    assert last.startswith("error: the simulated services ended with status -9")
    assert b"Traceback" not in errors


def services_of(run: int) -> int:
    """Return the process of the simulated services among a run's children."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if parent == run and b"local.services.server" in command:
            return int(entry.name)
    raise AssertionError(f"{run} has no such child")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--source", "missing.jsonl"], "missing.jsonl"),
        (["--source", "."], "."),
        (["--rate", "fast"], "fast"),
        (["--rate", "-1"], "-1"),
        (["--rate", "nan"], "nan"),
        (["--duration", "0"], "0"),
        (["--duration", "nan"], "nan"),
        (["--repeat", "0"], "0"),
        (["--port", "70000"], "70000"),
        (["--report", "no/such/folder/report.json"], "no/such/folder"),
        (["--report", "/proc/report.json"], "/proc/report.json"),
        (["--report", "tests"], "tests"),
        (["--once"], "--duration"),
        (["--once", "--source", "bluesky"], "--duration"),
        (["--speed", "3"], "--speed"),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_clear_line_and_status_2(arguments: list[str], complaint: str) -> None:
    ended = local_run(*arguments, seconds=30)
    message = ended.stderr.decode()
    assert ended.returncode == 2, message
    assert complaint in message
    assert "Traceback" not in message
    assert message.startswith("error: ")
    assert message.count("\n") == 1


def test_a_port_in_use_is_one_clear_line_and_status_2() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = local_run("--port", str(port), seconds=60)  # the later one holds
    assert ended.returncode == 2
    assert ended.stderr.decode().count("\n") == 1
    assert str(port) in ended.stderr.decode()


def test_no_route_to_the_live_feed_is_one_clear_line_and_status_2() -> None:
    # All traffic goes to a proxy that is not there, so the test reaches no network even where there is one.
    proxy = dict.fromkeys(("https_proxy", "http_proxy", "all_proxy"), "http://127.0.0.1:1")
    command = [sys.executable, "-m", "local", "run", "--source", "bluesky", "--port", "0"]
    environment = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"} | proxy
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False, env=environment)
    assert ended.returncode == 2, ended.stderr.decode()
    assert ended.stderr.decode().count("\n") == 1
    assert ended.stderr.decode().startswith("error: ")
