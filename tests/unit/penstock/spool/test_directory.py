"""A spool's directory: one process at a time has it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.errors import SpoolError
from tests.unit.penstock.spool.numbered_events import keep, left_in, open_spool


def test_a_directory_belongs_to_one_spool_at_a_time(tmp_path: Path) -> None:
    with (
        open_spool(tmp_path),
        pytest.raises(SpoolError, match=f"{tmp_path} is in use by another producer of this process"),
    ):
        open_spool(tmp_path)
    open_spool(tmp_path).close()


def test_another_process_is_named_and_its_end_frees_the_directory(tmp_path: Path) -> None:
    code = "import sys\nfrom penstock.spool.spool import Spool\n"
    code += "spool = Spool(sys.argv[1], limit=2**22, fsync='never')\nspool.append([('key', None, b'7')])\n"
    code += "print('open', flush=True)\nsys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(SpoolError, match=rf"in use by another process \({other.pid}\)"):
            open_spool(tmp_path)
        other.kill()
    assert left_in(tmp_path) == [7]


def test_a_place_that_cannot_be_a_directory_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(SpoolError, match="cannot be made"):
        open_spool(file / "spool")
    with pytest.raises(SpoolError, match="cannot be made: File exists"):
        open_spool(file)


def test_events_are_for_their_owner_alone(tmp_path: Path) -> None:
    with open_spool(tmp_path / "spool") as spool:
        keep(spool, 1)
        assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "spool").iterdir()} == {0o600}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")
def test_a_forked_process_leaves_its_parent_s_spool_alone(tmp_path: Path) -> None:
    code = """
import os, sys, threading
from penstock.errors import SpoolError
from penstock.spool.spool import Spool
spool = Spool(sys.argv[1], limit=2**22, fsync="interval")
positions = [*spool.append([("key", None, b"1")]), *spool.append([("key", None, b"2")])]
with spool._lock:  # as another thread of the parent may
    child = os.fork()
if not child:
    status = 1
    try:
        try:
            spool.append([("key", None, b"3")])
        except SpoolError:
            spool.done(positions)
            spool.sync()
            spool.close()
            status = 0
    finally:
        os._exit(status)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
try:
    Spool(sys.argv[1], limit=2**22, fsync="never")
except SpoolError:
    spool.append([("key", None, b"4")])
    spool.close()
"""
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert left_in(tmp_path) == [1, 2, 4]
