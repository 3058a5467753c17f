"""Standard output on a full disk: that is what is told, by its name."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="Linux has this device")
def test_standard_output_that_can_not_be_written_is_told_as_such() -> None:
    with FULL.open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "load", "cost", "--profile", "steady:10"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    told = "error: standard output could not be written: No space left on device; make room, or send it elsewhere\n"
    assert (ended.returncode, ended.stderr) == (1, told)
