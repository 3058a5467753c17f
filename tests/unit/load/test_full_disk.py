"""Standard output on a full disk: that is what is told, by its name."""

from pathlib import Path

import pytest

from tests.unit.load.a_process import ended

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="Linux has this device")
def test_standard_output_that_can_not_be_written_is_told_as_such() -> None:
    with FULL.open("w") as full:
        found = ended("cost", "--profile", "steady:10", stdout=full)
    told = "error: standard output could not be written: No space left on device; make room, or send it elsewhere\n"
    assert found == (1, told)
