import os
import socket
import sys
import threading
from io import FileIO
from itertools import islice
from pathlib import Path

import pytest

from penstock.events import SocialEvent
from penstock.sources import RawEvent, Source, SourceError, bluesky, open_source
from penstock.sources.demo import Demo
from penstock.sources.opening import now

EVENT = SocialEvent(event_id="1", kind="like", platform="bluesky", author="ann", created_at="2026-05-01T12:00:00Z")
LINE = EVENT.to_json() + b"\n"


def refusal(spec: str, **options: object) -> str:
    with pytest.raises(SourceError) as raised:
        open_source(spec, **options)  # type: ignore[arg-type] # some are wrong on purpose
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_demo_is_made_up_from_its_seed() -> None:
    source = open_source("demo", seed=7)
    assert isinstance(source, Demo)
    (event,) = islice(source, 1)
    assert isinstance(event, SocialEvent)
    assert event.event_id.startswith("demo-7-")
    assert not source.finite


def test_a_path_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(LINE)
    source = open_source(str(path), repeat=2)
    assert source.finite
    assert list(source) == [EVENT, EVENT]


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.write(writer, LINE + b"broken\n" + LINE)
    os.close(writer)
    with os.fdopen(reader) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        source: Source = open_source("-")
        assert source.finite
        first, broken, last = source
        assert (first, last) == (EVENT, EVENT)
        assert isinstance(broken, RawEvent)
        assert not stream.closed


def test_without_standard_input_there_is_no_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert refusal("-") == "there is no standard input; give a file"


def test_a_named_pipe_is_read_once_and_can_be_closed_while_nobody_writes(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    source = open_source(str(path))
    closer = threading.Thread(target=source.close)
    closer.start()
    assert list(source) == []
    closer.join()
    assert "only once" in refusal(str(path), repeat=2)


def test_a_named_pipe_waits_for_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    source = open_source(str(path))

    def write() -> None:
        with FileIO(path, "w") as pipe:
            pipe.write(LINE)

    writer = threading.Thread(target=write)
    writer.start()
    assert list(source) == [EVENT]
    writer.join()


def test_bluesky_is_the_live_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise SourceError("no route")

    monkeypatch.setattr(bluesky.LiveFeed, "__init__", unreachable)
    assert refusal("bluesky") == "no route"


def test_without_a_websocket_client_there_is_no_live_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "penstock.sources.bluesky", None)
    assert refusal("bluesky").endswith("install it, or penstock[bluesky]")


@pytest.mark.parametrize("spec", ["twitter", "", "no/such/file.jsonl", "Demo", "-x"])
def test_what_is_neither_source_nor_file_is_refused_with_what_there_is(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(spec) == (
        f"no source or file {spec!r}; give demo, bluesky, - for standard input, or the path of a file"
    )


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert refusal(str(tmp_path)) == f"{str(tmp_path)!r} is a directory; give the path of a file"


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        assert refusal("socket") == "'socket' is no file of events; give the path of a file"


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.write_bytes(LINE)

    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)  # file modes do not stop a test that runs as root
    assert refusal(str(path)) == f"cannot read {path}: Permission denied; give a file that can be read"


@pytest.mark.parametrize("spec", ["a\0b", "x" * 5000, "/dev/null/x"])
def test_a_path_that_cannot_be_is_refused(spec: str) -> None:
    message = refusal(spec)
    assert message.startswith("cannot read ")
    assert len(message) < 400


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert refusal(str(path)) == f"{path} is empty; give a file of SocialEvents or Jetstream frames"


def test_nothing_is_played_less_than_once() -> None:
    assert refusal("demo", repeat=0) == "a source is played at least once, not 0 times"


@pytest.mark.parametrize("spec", ["demo", "bluesky"])
def test_what_never_ends_is_neither_repeated_nor_shifted(spec: str) -> None:
    assert refusal(spec, repeat=2) == f"{spec} never ends, so it cannot be played 2 times; repeat a file"
    assert refusal(spec, times="shift") == f"{spec} happens now, so its times cannot be shifted; shift a file"


def test_now_is_an_aware_time() -> None:
    assert now().utcoffset() is not None
