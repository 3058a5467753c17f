"""The command as its user has it: exit statuses, the summary, the line that runs a failing seed again, Ctrl-C."""

import os
import signal
import sys
from pathlib import Path

import pytest

from simulation import command
from simulation.__main__ import start
from simulation.run import Outcome
from simulation.summary import Summary
from tests.simulation.mistakes.producers import a_partial_failure_is_taken_for_success

AFTER = 2
"""Runs, before somebody presses Ctrl-C."""

FAILING = "8"
"""A seed in which PutRecords refuses a record; another is to be recorded where what a seed brings about changes."""


def simulate(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr("sys.argv", ["simulation", *options])
    return command.main()


def test_seeds_that_hold_end_with_0_and_the_count_of_each_fault_that_was_chosen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(monkeypatch, "--seeds", "2", "--jobs", "1", "--faults", "lost_answer,repeated_event") == 0
    told = capsys.readouterr().out
    assert "2 runs" in told
    assert "violations: 0 in 0 runs" in told
    assert "highest use of a bound: buffer " in told
    [line] = [line for line in told.splitlines() if "repeated_event" in line]
    name, count, other, struck = line.split()
    assert (name, other) == ("lost_answer", "repeated_event")
    assert int(count) > 0
    assert int(struck) > 0
    assert "slow_service" not in told


def test_a_seed_that_fails_ends_with_1_and_tells_the_least_faults_that_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    a_partial_failure_is_taken_for_success(monkeypatch)
    assert simulate(monkeypatch, "--seed", FAILING, "--faults", "partial_put,slow_service") == 1, "record another seed"
    told = capsys.readouterr().out
    assert f"make simulate SEED={FAILING} FAULTS=partial_put,slow_service\n" in told
    assert "an event was accepted" in told
    least = f"the least faults with which it fails:\nmake simulate SEED={FAILING} FAULTS=partial_put\n"
    assert least in told
    assert told.partition(least)[2].startswith("  an event was accepted")
    assert simulate(monkeypatch, "--seed", FAILING, "--faults", "partial_put", "--trace", str(tmp_path / "trace")) == 1
    assert " put_records " in (tmp_path / "trace").read_text()


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_with_130_and_the_summary_of_what_was_run(
    jobs: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add = Summary.add

    def interrupted(self: Summary, outcome: Outcome) -> None:
        add(self, outcome)
        if self.runs == AFTER:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Summary, "add", interrupted)
    assert simulate(monkeypatch, "--seeds", "1000", "--jobs", str(jobs), "--faults", "none") == 130
    told = capsys.readouterr().out
    assert AFTER <= int(told.split(" runs in ")[0]) <= AFTER + 2 * jobs + 1
    assert "no faults" in told
    assert told.endswith("interrupted\n")


def test_ctrl_c_while_the_command_is_imported_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "simulation.command":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "simulation.command")
    monkeypatch.setattr("sys.meta_path", [Interrupting(), *sys.meta_path])
    assert start() == 130


def test_an_output_that_takes_nothing_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(monkeypatch, "--seed", "1", "--faults", "none", "--trace", "/dev/full") == 1
    assert capsys.readouterr().err == "Error: what came of it can't be written: No space left on device.\n"
