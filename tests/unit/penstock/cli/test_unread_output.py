"""What is written after the reader has gone is dropped; other faults are told."""

import os
from pathlib import Path

import pytest

from penstock.cli.unread_output import Lasting

FULL = Path("/dev/full")


def test_what_is_written_after_the_reader_has_gone_is_dropped() -> None:
    reading, writing = os.pipe()
    with Lasting(writing) as stream:
        assert stream.write(b"first") == len(b"first")
        assert os.read(reading, 100) == b"first"
        os.close(reading)
        assert stream.write(b"second") == len(b"second")
        assert stream.write(b"third") == len(b"third")
    os.close(writing)


def test_a_terminal_that_was_closed_is_one_that_nobody_reads() -> None:
    reading, writing = os.openpty()
    with Lasting(writing) as stream:
        assert stream.isatty()
        stream.write(b"first")
        os.close(reading)
        assert stream.write(b"second") == len(b"second")
    os.close(writing)


@pytest.mark.skipif(not FULL.exists(), reason="Linux has a file that takes nothing")
def test_another_fault_is_told() -> None:
    full = os.open(FULL, os.O_WRONLY)
    with Lasting(full) as stream, pytest.raises(OSError, match="No space left"):
        stream.write(b"first")
    os.close(full)
