"""What breaks down in the middle of a run does not take with it what was measured until then."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import pytest

from load.generator.team import WorkerFailedError
from load.report.files import read_report
from load.report.model import Report
from load.runs.run import Never, RunOptions, run
from load.runs.status import Status
from load.runs.stub_target import StubTarget
from load.runs.target import Insides
from load.workload.parsing import parse_profile
from local.errors import PartFailedError
from tests.integration.test_load_run import ended, start

OPTIONS = RunOptions(
    profile=parse_profile("steady:200", 600.0), warm_up_seconds=0.0, arrivals="even", probe_seconds=None
)


class Breaking(StubTarget):
    """A stubbed stream with a part that ends by itself after so many looks at it, or when it is asked for figures."""

    def __init__(self, error: Exception, *, looks: int | None = None) -> None:
        super().__init__(2)
        self._error = error
        self._looks = looks

    def iterator_age(self) -> float | None:
        if self._looks is not None:
            self._looks -= 1
            if self._looks < 0:
                raise self._error
        return None

    def insides(self, wait: Callable[[str], bool], /) -> Insides:
        if self._looks is None:
            raise self._error
        return super().insides(wait)


def broken(report: Report) -> str:
    assert (report.ended, report.partial) == ("failure", True)
    return next(each.text for each in report.findings if each.text.startswith("something broke down"))


def test_a_part_that_ends_by_itself_ends_the_run_with_what_was_measured() -> None:
    target = Breaking(PartFailedError("the services have ended with status -9"), looks=3)
    report = run(OPTIONS, target, show=lambda _: None, wish=Never())
    assert broken(report).endswith("until then: the services have ended with status -9")
    assert 2 < report.workload.seconds < 60
    assert report.events.accepted > 0


def test_a_target_that_cannot_tell_afterwards_costs_just_what_it_would_have_told() -> None:
    options = replace(OPTIONS, profile=parse_profile("steady:200", 1.0))
    report = run(options, Breaking(ValueError("no such metric")), show=lambda _: None, wish=Never())
    assert broken(report).endswith("until then: ValueError: no such metric")
    assert report.events.accepted == pytest.approx(200, abs=10)


def test_a_process_of_the_generator_that_ends_in_the_warm_up_leaves_nothing_to_report() -> None:
    def show(_: Status) -> None:
        for process in active_children():
            process.kill()

    with pytest.raises(WorkerFailedError, match="ended by itself, with status -9"):
        run(replace(OPTIONS, warm_up_seconds=60.0), StubTarget(2), show=show, wish=Never())


def test_a_process_of_the_generator_that_is_killed_leaves_a_report_and_status_1(tmp_path: Path) -> None:
    report, page = tmp_path / "report.json", tmp_path / "report.html"
    told = ["--target", "stub", "--profile", "steady:100", "--duration", "10m", "--warm-up", "0", "--processes", "2"]
    process = start("run", *told, "--report", str(report), "--page", str(page))
    assert process.stderr is not None
    while "measuring" not in process.stderr.readline():
        assert process.poll() is None
    os.kill(a_worker_of(process.pid), signal.SIGKILL)
    status, out, _ = ended(process)
    assert status == 1
    assert "PARTIAL: ended by failure" in out
    assert "of the generator ended by itself, with status -9" in out
    assert "of the generator ended by itself, with status -9" in broken(read_report(report))
    assert page.exists()


def a_worker_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return next(int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes())
