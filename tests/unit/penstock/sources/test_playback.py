import gzip
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path

import pytest

from penstock.events import SocialEvent
from penstock.sources.inputs import FileInput, StreamInput
from penstock.sources.playback import Playback, Times
from penstock.sources.source import MAX_RAW_BYTES, RawEvent, SourceError, SourceItem, raw_event

NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
MADE = datetime(2026, 5, 1, 12, tzinfo=UTC)


def event(number: int) -> SocialEvent:
    return SocialEvent(
        event_id=str(number), kind="like", platform="bluesky", author="ann", created_at=MADE + timedelta(seconds=number)
    )


def frame(number: int, *, collection: str = "app.bsky.feed.like") -> bytes:
    made = MADE + timedelta(seconds=number)
    commit = {"operation": "create", "collection": collection, "rkey": str(number)}
    commit |= {"record": {"createdAt": made.isoformat()}}  # type: ignore[dict-item] # JSON is not of one type
    time_us = int(made.timestamp()) * 1_000_000 + 250_000  # a quarter of a second later
    return json.dumps({"kind": "commit", "did": "did:plc:a", "time_us": time_us, "commit": commit}).encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lines"


def playback(path: Path, repeat: int = 1, times: Times = "auto") -> Playback:
    return Playback(FileInput(path), repeat=repeat, times=times, clock=lambda: NOW)


def times_of(items: list[SourceItem]) -> list[datetime]:
    return [item.created_at for item in items if isinstance(item, SocialEvent)]


def test_events_come_in_their_order_with_their_times_kept(path: Path) -> None:
    path.write_bytes(b"\n".join(event(number).to_json() for number in range(5)))
    assert list(playback(path)) == [event(number) for number in range(5)]


def test_a_broken_line_is_kept_and_the_rest_goes_on(path: Path) -> None:
    broken = [b'{"kind":', b"caf\xe9", b"\x00", b"7"]
    path.write_bytes(b"\n".join([event(0).to_json(), *broken, event(1).to_json()]))
    assert list(playback(path)) == [event(0), *map(raw_event, broken), event(1)]


def test_blank_lines_marks_and_other_line_ends_are_no_trouble(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf\r\n  \r\n" + event(0).to_json() + b"\r\n\n\t\n" + event(1).to_json() + b"\r\n")
    assert list(playback(path)) == [event(0), event(1)]


def test_a_line_too_long_for_a_record_is_described_and_the_rest_goes_on(path: Path) -> None:
    longest = b"x" * MAX_RAW_BYTES
    path.write_bytes(b"\n".join([longest + b"x", longest, event(0).to_json()]))
    described, kept, after = playback(path)
    assert isinstance(described, RawEvent)
    assert json.loads(described.data)["oversized"]["bytes"] == MAX_RAW_BYTES + 1
    assert kept == raw_event(longest)
    assert after == event(0)


def test_a_file_with_no_readable_line_is_played_all_the_same(path: Path) -> None:
    path.write_bytes(b"nothing\nin\nhere")
    assert list(playback(path, times="auto")) == [raw_event(b"nothing"), raw_event(b"in"), raw_event(b"here")]


@pytest.mark.parametrize("data", [b"", b"\n\n", b" \r\n\t", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(SourceError, match="lines is empty; give a file"):
        playback(path)


def test_the_last_frame_is_now_to_the_microsecond(path: Path) -> None:
    path.write_bytes(b"\n".join([frame(0), frame(7), b"", b"cut sho"]))
    items = list(playback(path))
    assert items[2:] == [raw_event(b"cut sho")]
    last = NOW - timedelta(milliseconds=250)
    assert times_of(items) == [last - timedelta(seconds=7), last]


def test_the_last_frame_counts_though_it_is_no_event(path: Path) -> None:
    path.write_bytes(b"\n".join([frame(0), frame(60, collection="app.bsky.graph.follow")]))
    assert times_of(list(playback(path))) == [NOW - timedelta(seconds=60, milliseconds=250)]


def test_frames_are_told_by_the_first_readable_line(path: Path) -> None:
    path.write_bytes(b"\n".join([frame(0)[100:], frame(1)]))
    first, second = playback(path)
    assert first == raw_event(frame(0)[100:])
    assert isinstance(second, SocialEvent)


def test_a_compressed_recording_is_played_like_any_other(path: Path) -> None:
    path.write_bytes(gzip.compress(frame(0)))
    assert times_of(list(playback(path))) == [NOW - timedelta(milliseconds=250)]


def test_all_passes_have_one_shift(path: Path) -> None:
    path.write_bytes(b"\n".join([frame(0), b"broken", frame(9)]))
    clock = iter([NOW, NOW + timedelta(hours=1)])
    played = Playback(FileInput(path), repeat=3, times="auto", clock=lambda: next(clock))
    items = list(played)
    assert len(items) == 9
    assert items[:3] == items[3:6] == items[6:]
    assert list(played) == items


def test_now_is_when_the_first_item_is_asked_for(path: Path) -> None:
    path.write_bytes(frame(0))
    looks: list[datetime] = []

    def clock() -> datetime:
        looks.append(NOW)
        return NOW

    played = Playback(FileInput(path), repeat=1, times="shift", clock=clock)
    assert not looks
    next(iter(played))
    assert looks == [NOW]


def test_frames_can_keep_their_times(path: Path) -> None:
    path.write_bytes(frame(3))
    assert times_of(list(playback(path, times="keep"))) == [MADE + timedelta(seconds=3)]


def test_events_can_be_shifted(path: Path) -> None:
    path.write_bytes(b"\n".join(event(number).to_json() for number in (0, 30)))
    assert times_of(list(playback(path, times="shift"))) == [NOW - timedelta(seconds=30), NOW]


def test_without_a_last_time_there_is_no_shift(path: Path) -> None:
    path.write_bytes(frame(0) + b"\nbroken" * 1000)
    with pytest.raises(SourceError, match=r"none of the last 1000 lines .* keep its times"):
        playback(path)
    assert len(list(playback(path, times="keep"))) == 1001


def test_the_last_time_is_looked_for_in_bounded_memory(path: Path) -> None:
    long = b"\n" + b"x" * (MAX_RAW_BYTES - 1)
    path.write_bytes(frame(0) + long * 3)
    assert playback(path)
    path.write_bytes(frame(0) + long * 4)
    with pytest.raises(SourceError, match="none of the last 4 lines"):
        playback(path)


def test_a_closed_playback_ends_before_its_next_item(path: Path) -> None:
    path.write_bytes(b"\n".join(event(number).to_json() for number in range(5)))
    played = playback(path)
    items = iter(played)
    assert next(items) == event(0)
    played.close()
    played.close()
    assert list(items) == []


class TestStream:
    @pytest.fixture
    def pipe(self) -> Iterator[tuple[StreamInput, FileIO]]:
        reader, writer = os.pipe()
        with FileIO(reader) as end, FileIO(writer, "w") as other:
            yield StreamInput(end, "standard input"), other

    def test_events_come_as_soon_as_their_lines_are_complete(self, pipe: tuple[StreamInput, FileIO]) -> None:
        stream, writer = pipe
        items = iter(Playback(stream, repeat=1, times="auto", clock=lambda: NOW))
        writer.write(event(0).to_json() + b"\n" + event(1).to_json()[:20])
        assert next(items) == event(0)
        writer.write(event(1).to_json()[20:] + b"\nbroken")
        assert next(items) == event(1)
        writer.close()
        assert list(items) == [raw_event(b"broken")]

    def test_frames_are_told_and_keep_their_times(self, pipe: tuple[StreamInput, FileIO]) -> None:
        stream, writer = pipe
        writer.write(b"broken\n" + frame(5))
        writer.close()
        broken, like = Playback(stream, repeat=1, times="auto", clock=lambda: NOW)
        assert broken == raw_event(b"broken")
        assert isinstance(like, SocialEvent)
        assert like.created_at == MADE + timedelta(seconds=5)

    def test_nothing_at_all_is_no_error(self, pipe: tuple[StreamInput, FileIO]) -> None:
        stream, writer = pipe
        writer.close()
        assert list(Playback(stream, repeat=1, times="keep", clock=lambda: NOW)) == []

    def test_what_is_read_once_cannot_be_repeated_or_shifted(self, pipe: tuple[StreamInput, FileIO]) -> None:
        with pytest.raises(SourceError, match="standard input can be read only once, not 2 times; save it"):
            Playback(pipe[0], repeat=2, times="auto", clock=lambda: NOW)
        with pytest.raises(SourceError, match="the end of standard input is not known"):
            Playback(pipe[0], repeat=1, times="shift", clock=lambda: NOW)

    def test_a_playback_that_waits_for_input_can_be_closed(self, pipe: tuple[StreamInput, FileIO]) -> None:
        stream, writer = pipe
        played = Playback(stream, repeat=1, times="auto", clock=lambda: NOW)
        items = iter(played)
        writer.write(event(0).to_json() + b"\n")
        assert next(items) == event(0)
        closer = threading.Thread(target=played.close)
        closer.start()
        assert list(items) == []
        closer.join()
