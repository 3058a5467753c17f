"""Ctrl-C while the command line is still being imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PRODUCER = ROOT / "producer"


@pytest.mark.parametrize(
    "program",
    [["-m", "load"], ["-c", "import sys; from load.__main__ import main; sys.exit(main())"]],
    ids=["python -m load", "console script"],
)
@pytest.mark.parametrize("module", ["click", "tempfile"])
def test_it_is_a_status_and_no_traceback(program: list[str], module: str, tmp_path: Path) -> None:
    (tmp_path / f"{module}.py").write_text("import signal; signal.raise_signal(signal.SIGINT)", encoding="ascii")
    ended = subprocess.run(
        [sys.executable, *program, "cost", "--profile", "steady:10"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, ROOT, PRODUCER)))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
