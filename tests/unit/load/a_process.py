"""`penstock-load` in a process of its own, whose standard output goes where a test says."""

import subprocess
import sys
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[3]


def ended(*arguments: str, stdout: int | IO[str]) -> tuple[int, str]:
    """Run it to its end; return its exit status, and what it said on standard error."""
    found = subprocess.run(
        [sys.executable, "-m", "load", *arguments],
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    return found.returncode, found.stderr
