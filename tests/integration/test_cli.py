"""The command line as a user runs it: processes, against the simulated services over HTTP."""

import gzip
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from local.services.process import Services
from penstock.aggregation import AggregateBuilder, partition_key_entry

ROOT = Path(__file__).parents[2]
SECONDS = 60
CLI = [sys.executable, "-m", "penstock.cli"]


@pytest.fixture
def stream(services: Services, request: pytest.FixtureRequest) -> str:
    """Return the name of a new stream of two shards."""
    name = re.sub(r"[^a-zA-Z0-9_.-]", "-", request.node.name)[:100]
    services.client("kinesis").create_stream(StreamName=name, ShardCount=2)
    return name


@pytest.fixture
def environment(services: Services) -> dict[str, str]:
    """Return an environment that leads to the services and has nothing of the user's."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "producer"), *sys.path]),
        "PYTHONUNBUFFERED": "1",
        "AWS_ENDPOINT_URL_KINESIS": services.url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }


def penstock(environment: dict[str, str], *arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*CLI, *arguments], env=environment, input=stdin, capture_output=True, timeout=SECONDS, check=False
    )


def an_event(number: int, author: str = "ada") -> dict[str, Any]:
    return {
        "event_id": str(number),
        "kind": "like",
        "platform": "test",
        "author": author,
        "created_at": "2026-11-21T09:30:00Z",
    }


def write(path: Path, events: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def tail_json(environment: dict[str, str], stream: str, count: int) -> list[dict[str, Any]]:
    ended = penstock(environment, "tail", stream, "--from", "oldest", "--count", str(count), "--json")
    assert ended.returncode == 0, ended.stderr.decode()
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_what_is_put_is_tailed(environment: dict[str, str], stream: str, tmp_path: Path) -> None:
    events = [an_event(number, f"user-{number % 50}") for number in range(2000)]
    put = penstock(environment, "put", stream, str(write(tmp_path / "events.jsonl", events)))
    assert put.returncode == 0, put.stderr.decode()
    assert put.stdout == b""
    assert b"2,000 lines: 2,000 accepted, 2,000 acknowledged, 0 failed; " in put.stderr
    found = tail_json(environment, stream, 2000)
    assert {json.loads(each["data"])["event_id"] for each in found} == {str(number) for number in range(2000)}
    assert all(json.loads(each["data"])["author"] == each["partition_key"] for each in found)
    assert {each["shard"] for each in found} == {"shardId-000000000000", "shardId-000000000001"}
    places = [(each["shard"], each["sequence_number"], each["subsequence_number"]) for each in found]
    assert len(set(places)) == 2000


def test_bad_lines_are_told_kept_and_do_not_stop_the_others(
    environment: dict[str, str], stream: str, tmp_path: Path
) -> None:
    failed = tmp_path / "failed.jsonl"
    lines = [json.dumps(an_event(1)), "{not json", "", '{"kind": "shout"}', json.dumps(an_event(2))]
    put = penstock(environment, "put", stream, "-", "--failed", str(failed), stdin="\r\n".join(lines).encode())
    assert put.returncode == 1
    errors = put.stderr.decode().splitlines()
    assert errors[0].startswith("line 2: no JSON: ")
    assert errors[1].startswith("line 4: not an event: kind: Input should be 'post', 'reply', 'repost' or 'like'; ")
    assert errors[2].startswith("5 lines: 2 accepted, 2 acknowledged, 2 failed (2 invalid); ")
    assert len(errors) == 3
    assert failed.read_text().splitlines() == [lines[1], lines[3]]
    assert len(tail_json(environment, stream, 2)) == 2


def test_raw_lines_go_as_they_are_with_their_keys(environment: dict[str, str], stream: str) -> None:
    lines = [b'{"user": "ada", "caf\\u00e9": 1}', b'{"user": 7}', b'{"who": "?"}']
    put = penstock(
        environment, "put", stream, "--raw", "--partition-key-field", "user", stdin=b"\n".join(lines) + b"\n"
    )
    assert put.returncode == 1
    assert b"line 3: no field 'user' for the partition key; it has who" in put.stderr
    found = {each["partition_key"]: each["data"] for each in tail_json(environment, stream, 2)}
    assert found == {"ada": lines[0].decode(), "7": lines[1].decode()}
    put = penstock(environment, "put", stream, "--raw", "--partition-key", "one", stdin=b"\xff\x1b[2J\n")
    assert put.returncode == 0, put.stderr.decode()
    ended = penstock(environment, "tail", stream, "--from", "oldest", "--count", "3")
    assert set(ended.stdout.splitlines()) == {*lines[:2], b"\xff\x1b[2J"}, "into a pipe, data goes as it is"


def test_producer_options_and_the_rate_are_obeyed(environment: dict[str, str], stream: str, tmp_path: Path) -> None:
    path = write(tmp_path / "events.jsonl", [an_event(number) for number in range(40)])
    began = time.monotonic()
    put = penstock(environment, "put", stream, str(path), "--ordered", "--rate", "50", "--option", "aggregate=false")
    assert put.returncode == 0, put.stderr.decode()
    assert b"; 40 records, " in put.stderr
    assert time.monotonic() - began >= 0.7
    assert [json.loads(each["data"])["event_id"] for each in tail_json(environment, stream, 40)] == [
        str(number) for number in range(40)
    ]


def test_an_interrupt_lets_what_was_read_arrive(environment: dict[str, str], stream: str) -> None:
    with subprocess.Popen(
        [*CLI, "put", stream, "--option", "linger_seconds=1"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"".join(json.dumps(an_event(number)).encode() + b"\n" for number in range(3)))
        process.stdin.write(b'{no event\n{"event_id": "half a li')
        process.stdin.flush()
        assert b"line 4: no JSON" in process.stderr.readline()  # so the events before it were put
        process.send_signal(signal.SIGINT)
        errors = process.stderr.read().decode()
        process.wait(SECONDS)
    assert process.returncode == 130, errors
    assert "interrupted after line 4 of standard input: waiting for " in errors
    assert "4 lines: 3 accepted, 3 acknowledged, 1 failed (1 invalid); " in errors
    assert len(tail_json(environment, stream, 3)) == 3


def test_a_second_interrupt_gives_up_and_keeps_the_events(
    environment: dict[str, str], stream: str, tmp_path: Path, services: Services
) -> None:
    failed = tmp_path / "failed.jsonl"
    # The services can't answer while they are stopped, as in an outage.
    with subprocess.Popen(
        [*CLI, "put", stream, "--failed", str(failed)],
        env=environment,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"first is no event\n")  # told once the stream was asked for
        process.stdin.flush()
        assert b"line 1: no JSON" in process.stderr.readline()
        os.kill(services.process_id, signal.SIGSTOP)
        try:
            process.stdin.write(json.dumps(an_event(1)).encode() + b"\nno event either\n")
            process.stdin.flush()
            # Between them it may warn of calls that wait for an answer.
            assert any(b"line 3: no JSON" in line for line in process.stderr)
            process.send_signal(signal.SIGINT)
            assert any(b"interrupted after line 3" in line for line in process.stderr)
            process.send_signal(signal.SIGINT)
            errors = process.stderr.read().decode()
            process.wait(SECONDS)
        finally:
            os.kill(services.process_id, signal.SIGCONT)
    assert process.returncode == 130, errors
    assert "1 accepted, 0 acknowledged, 3 failed (2 invalid, 1 undelivered); " in errors
    (_, _, event) = failed.read_bytes().splitlines()
    assert json.loads(event)["event_id"] == "1"


@pytest.mark.parametrize(
    ("arguments", "changes", "status", "says"),
    [
        (["tail", "nowhere"], {}, 1, "there is no stream nowhere in us-east-1"),
        (["put", "nowhere"], {}, 1, "there is no stream nowhere in us-east-1"),
        (["shards", "no where"], {}, 2, "'no where' names no stream"),
        (["shards", "s"], {"AWS_REGION": ""}, 2, "no AWS region is configured: give --region NAME, or set AWS_REGION"),
        (["shards", "s"], {"AWS_ACCESS_KEY_ID": ""}, 2, "no AWS credentials were found: give --profile NAME"),
        (["shards", "s", "--profile", "p"], {}, 2, "profile (p) could not be found: give a --profile that"),
        (["shards", "s", "--endpoint-url", "http://127.0.0.1:1"], {}, 1, "127.0.0.1:1/"),
        (["shards", "s", "--endpoint-url", "here"], {}, 2, "Invalid endpoint: here; see --endpoint-url"),
        (["tail", "s", "--from", "noon"], {}, 2, "--from 'noon' is none of latest, oldest, an age like 10m"),
        (["put", "s", "/nowhere/x"], {}, 1, "cannot read '/nowhere/x': No such file or directory"),
        (["put", "s", "--option", "linger_seconds=99"], {}, 2, "linger_seconds must be from 0 to 60, not 99.0"),
        (["put", "s", "--partition-key", "k"], {}, 2, "--partition-key and --partition-key-field go with --raw"),
        (["put", "s", "--raw", "--partition-key", ""], {}, 2, "--partition-key has 1 to 256 characters, not 0"),
        (["put", "s", "--rate", "nan"], {}, 2, "--rate is a number of events a second above 0, like 500, not nan"),
        (["put", "s"], {"PENSTOCK_ORDERED": "maybe"}, 2, "PENSTOCK_ORDERED='maybe' is no value of ordered"),
        (["put", "s", "--failed", "/nowhere/x"], {}, 1, "there is no stream s"),
        (["frobnicate"], {}, 2, "No such command 'frobnicate'"),
    ],
)
def test_what_is_wrong_is_one_line(
    environment: dict[str, str], arguments: list[str], changes: dict[str, str], status: int, says: str
) -> None:
    set_up = {name: value for name, value in (environment | changes).items() if value}
    ended = penstock(set_up, *arguments)
    assert ended.returncode == status, ended.stderr.decode()
    assert ended.stdout == b""
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith("error: ")
    assert says in line


def test_a_damaged_file_is_put_as_far_as_it_goes(environment: dict[str, str], stream: str, tmp_path: Path) -> None:
    random = Random(1)
    lines = b"".join(
        json.dumps(an_event(number, random.randbytes(20).hex())).encode() + b"\n" for number in range(9000)
    )
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress(lines)[:-1000])
    put = penstock(environment, "put", stream, str(path))
    assert put.returncode == 1
    told, summary = put.stderr.decode().splitlines()
    assert "is damaged: " in told
    (accepted, acknowledged) = re.findall(r"([1-9][0-9,]+) (?:accepted|acknowledged)", summary)
    assert accepted == acknowledged


def test_the_input_is_not_overwritten_by_what_fails(environment: dict[str, str], stream: str, tmp_path: Path) -> None:
    path = write(tmp_path / "events.jsonl", [an_event(1)])
    put = penstock(environment, "put", stream, str(path), "--failed", str(path))
    assert put.returncode == 2
    assert b"is the input itself; give another file" in put.stderr
    assert path.stat().st_size > 0


def test_tail_reads_what_comes_and_ends_with_130(environment: dict[str, str], stream: str, services: Services) -> None:
    with subprocess.Popen(
        [*CLI, "tail", stream], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert process.stderr.readline().decode() == f"reading {stream} from latest; Ctrl-C ends\n"
        services.client("kinesis").put_record(StreamName=stream, PartitionKey="k", Data=b"news")
        assert process.stdout.readline() == b"news\n", "as it comes, though into a pipe"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert errors.strip() == b""


def test_tail_ends_quietly_when_nobody_reads_any_more(environment: dict[str, str], stream: str) -> None:
    penstock(environment, "put", stream, "--raw", stdin=b"one\n")
    with subprocess.Popen(
        [*CLI, "tail", stream, "--from", "oldest"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"one\n"
        process.stdout.close()  # and nothing comes that could not be written
        errors = process.stderr.read()
        process.wait(SECONDS)
    assert process.returncode == 0
    assert errors.decode() == f"reading {stream} from oldest; Ctrl-C ends\n"


def test_a_damaged_aggregate_is_told_and_the_rest_goes_on(
    environment: dict[str, str], stream: str, services: Services
) -> None:
    builder = AggregateBuilder(10_000)
    builder.add(partition_key_entry(b"key"), b"one")
    client = services.client("kinesis")
    for data in (builder.build(), builder.build()[:-1] + b"?", b"two"):
        client.put_record(StreamName=stream, PartitionKey="k", Data=data)
    plain = penstock(environment, "tail", stream, "--from", "oldest", "--count", "2")
    assert plain.stdout == b"one\ntwo\n"
    assert b"is a damaged aggregate: " in plain.stderr
    _, damaged, _ = tail_json(environment, stream, 3)
    assert damaged["damaged"]
    assert damaged["data_base64"].startswith("84mawg")


def test_one_shard_alone_and_what_it_is_not_called(environment: dict[str, str], stream: str) -> None:
    penstock(environment, "put", stream, "--raw", stdin=b"x\n" * 100)
    both = tail_json(environment, stream, 100)
    one = [each for each in both if each["shard"] == "shardId-000000000001"]
    ended = penstock(
        environment, "tail", stream, "--from", "1h", "--shard", "shardId-000000000001", "--count", str(len(one))
    )
    assert ended.returncode == 0, ended.stderr.decode()
    ended = penstock(environment, "tail", stream, "--shard", "shardId-7")
    assert ended.returncode == 1
    assert b"has no shard shardId-7; it has shardId-000000000000, shardId-000000000001" in ended.stderr


def test_shards_are_shown_with_lanes_and_as_json(environment: dict[str, str], stream: str, services: Services) -> None:
    services.client("kinesis").split_shard(
        StreamName=stream, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**126)
    )
    shown = penstock(environment, "shards", stream, "--lanes", "2")
    assert shown.returncode == 0, shown.stderr.decode()
    rows = [line.split() for line in shown.stdout.decode().splitlines()[1:]]
    assert [row[1] for row in rows].count("closed") == 1
    assert [row[1] for row in rows].count("open") == 3
    assert [row[0] for row in rows if row[1] == "lane"][:2] == ["shardId-000000000002.0", "shardId-000000000002.1"]
    document = json.loads(penstock(environment, "shards", stream, "--json").stdout)
    assert document["stream"] == stream
    assert sum(shard["share_of_keys"] for shard in document["shards"] if shard["open"]) == 1.0


def test_a_sample_finds_the_busy_key_inside_aggregates(environment: dict[str, str], stream: str) -> None:
    with subprocess.Popen(
        [*CLI, "put", stream, "--rate", "200"], env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as putting:
        assert putting.stdin is not None
        events = [an_event(number, "hot" if number % 2 else f"cold-{number}") for number in range(4000)]
        writer = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdout.write(sys.stdin.read())"],
            stdin=subprocess.PIPE,
            stdout=putting.stdin,
        )
        assert writer.stdin is not None
        writer.stdin.write("".join(json.dumps(event) + "\n" for event in events).encode())
        writer.stdin.close()
        sampled = penstock(environment, "shards", stream, "--sample", "3", "--json")
        writer.terminate()
        writer.wait()
        putting.terminate()
        putting.communicate(timeout=SECONDS)
    assert putting.returncode == 128 + signal.SIGTERM
    assert sampled.returncode == 0, sampled.stderr.decode()
    loads = json.loads(sampled.stdout)["sample"]["shards"]
    busiest = [keys[0] for load in loads.values() if (keys := load["busiest_keys"])]
    assert max(busiest, key=lambda key: int(key["events"]))["partition_key"] == "hot"
    assert sum(load["events"] for load in loads.values()) > 5 * sum(load["records"] for load in loads.values())


def on_a_terminal(environment: dict[str, str], *arguments: str, columns: int, until: bytes = b"") -> tuple[str, int]:
    """Run a command with a terminal for its output, interrupt it after `until`, return what it drew and its status."""
    ours, its = pty.openpty()
    os.set_blocking(ours, False)
    set_up = environment | {"TERM": "xterm", "COLUMNS": str(columns), "LINES": "24"}
    with subprocess.Popen([*CLI, *arguments], env=set_up, stdin=its, stdout=its, stderr=its) as process:
        os.close(its)
        drawn, ended = b"", False
        while not ended and select.select([ours], [], [], SECONDS)[0]:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # how a terminal says that nobody writes to it any more
                chunk = b""
            drawn, ended = drawn + chunk, not chunk
            if until and until in drawn:
                process.send_signal(signal.SIGINT)
                until = b""
        process.wait(SECONDS)
    os.close(ours)
    return drawn.decode(), process.returncode


@pytest.mark.parametrize("columns", [100, 45])
def test_a_terminal_shows_how_far_a_file_is(
    environment: dict[str, str], stream: str, tmp_path: Path, columns: int
) -> None:
    path = write(tmp_path / "events.jsonl", [an_event(number) for number in range(300)] + ["no event"])
    drawn, status = on_a_terminal(environment, "put", stream, str(path), "--rate", "200", columns=columns)
    assert status == 1
    assert re.search(r"[1-9][0-9]?%", drawn)
    assert "ack" in drawn
    assert "301 lines: 300 accepted, 300 acknowledged, 1 failed (1 invalid); " in drawn
    bars = [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line) for line in re.split(r"[\r\n]", drawn) if "━" in line]
    assert bars
    assert max(map(len, bars)) <= columns


def test_on_a_terminal_data_is_no_command_to_it(environment: dict[str, str], stream: str) -> None:
    penstock(environment, "put", stream, "--raw", stdin=b"\x1b[2J\x07\xff\xe2\x80\xae ok\n")
    drawn, status = on_a_terminal(environment, "tail", stream, "--from", "oldest", columns=80, until=b" ok")
    assert status == 130
    assert "\\x1b[2J\\x07\\xff\\u202e ok" in drawn
    assert "\x1b" not in drawn


@pytest.mark.parametrize("command", ["put", "tail", "shards"])
def test_help_has_examples(environment: dict[str, str], command: str) -> None:
    ended = penstock(environment, command, "--help")
    assert ended.returncode == 0
    assert f"Examples:\n    penstock {command} " in ended.stdout.decode()


def test_without_its_libraries_it_says_what_to_install(environment: dict[str, str]) -> None:
    program = "import sys; sys.modules['click'] = None; from penstock.cli.entry import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, timeout=SECONDS, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr == b"penstock's command line needs click: pip install 'penstock[cli]'\n"


def test_the_console_script_is_the_same_program() -> None:
    project = tomllib.loads((ROOT / "producer/pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"penstock": "penstock.cli.entry:main"}
    assert {re.match(r"[a-z]+", each)[0] for each in project["optional-dependencies"]["cli"]} == {"click", "rich"}  # type: ignore[index]  # each begins with a name
