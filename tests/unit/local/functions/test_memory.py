"""A process's memory is the most that it ever had."""

import subprocess
import sys

import pytest

from local.functions.memory import peak_bytes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
CODE = "held = bytearray(b'x') * 50_000_000; del held; print(flush=True); input()"


def test_memory_that_was_given_back_counts_and_an_ended_process_has_none() -> None:
    with subprocess.Popen([sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        peak = peak_bytes(process.pid)
        assert peak is not None
        assert 50_000_000 < peak < 500_000_000
        process.communicate(b"\n")
    assert peak_bytes(process.pid) is None
