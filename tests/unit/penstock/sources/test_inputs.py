import gzip
import os
import threading
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import pytest

from penstock.sources.inputs import FileInput, StreamInput
from penstock.sources.source import SourceError

DATA = b"".join(b"line %d\n" % number for number in range(200_000))


@pytest.fixture
def pipe() -> Iterator[tuple[StreamInput, FileIO]]:
    reader, writer = os.pipe()
    with FileIO(reader) as end, FileIO(writer, "w") as other:
        yield StreamInput(end, "the pipe"), other


def test_a_file_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(DATA)
    file = FileInput(path)
    assert b"".join(file.chunks()) == DATA
    assert b"".join(file.chunks()) == DATA
    assert file.name == str(path)


def test_a_compressed_file_is_decompressed_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(gzip.compress(DATA[:1000]) + gzip.compress(DATA[1000:]))
    assert b"".join(FileInput(path).chunks()) == DATA


@pytest.mark.parametrize("damage", [slice(None, -20), slice(None, 15), slice(None, 3)])
def test_a_damaged_file_brings_what_it_can_and_says_so(tmp_path: Path, damage: slice) -> None:
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress(DATA)[damage])
    with pytest.raises(SourceError, match=r"events\.jsonl\.gz is damaged"):
        list(FileInput(path).chunks())


def test_a_file_that_went_away_is_an_error_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"cannot read .*gone: No such file"):
        list(FileInput(tmp_path / "gone").chunks())


def test_a_stream_brings_bytes_as_they_come_until_its_end(pipe: tuple[StreamInput, FileIO]) -> None:
    stream, writer = pipe
    chunks = stream.chunks()
    writer.write(b"one")
    assert next(chunks) == b"one"
    writer.write(b"two")
    writer.close()
    assert list(chunks) == [b"two"]


def test_a_wait_for_bytes_can_be_interrupted(pipe: tuple[StreamInput, FileIO]) -> None:
    stream, writer = pipe
    chunks = stream.chunks()
    writer.write(b"one")
    assert next(chunks) == b"one"
    closer = threading.Thread(target=stream.close)
    closer.start()
    assert list(chunks) == []
    closer.join()


def test_a_closed_stream_is_at_its_end(pipe: tuple[StreamInput, FileIO]) -> None:
    stream, writer = pipe
    writer.write(b"one")
    stream.close()
    stream.close()
    assert list(stream.chunks()) == []


def test_a_compressed_stream_is_refused_with_a_remedy(pipe: tuple[StreamInput, FileIO]) -> None:
    stream, writer = pipe
    writer.write(gzip.compress(b"one"))
    with pytest.raises(SourceError, match="the pipe is compressed; decompress it first"):
        list(stream.chunks())


def test_a_stream_that_fails_is_an_error_of_the_source() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = StreamInput(FileIO(writer, "w"), "the wrong end")
    with pytest.raises(SourceError, match="cannot read the wrong end"):
        list(stream.chunks())
