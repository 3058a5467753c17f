"""The same seed is the same run, byte for byte, in whatever process."""

import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = [20, 33]
"""Of a world with views, and of one that keeps botocore."""


def trace_of(seed: int, file: Path, hash_seed: str) -> bytes:
    subprocess.run(
        [sys.executable, "-m", "simulation", "--seed", str(seed), "--trace", str(file)],
        env={"PYTHONHASHSEED": hash_seed},
        check=True,
        capture_output=True,
        timeout=120,
    )
    return file.read_bytes()


@pytest.mark.parametrize("seed", SEEDS)
def test_two_processes_that_hash_differently_write_the_same_trace(tmp_path: Path, seed: int) -> None:
    one, other = (trace_of(seed, tmp_path / name, name) for name in ("1", "2"))
    assert len(one.splitlines()) > 500
    assert one == other


@pytest.mark.parametrize(
    "options",
    [
        ["--faults", "nothing"],
        ["--faults", ","],
        ["--seeds", "0"],
        ["--seeds", "2", "--trace", "x"],
        ["--seed", "1", "--trace", "no such directory/x"],
    ],
)
def test_wrong_options_end_with_2(options: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "simulation", *options], capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
