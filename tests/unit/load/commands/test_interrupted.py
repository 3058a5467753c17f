"""Who interrupts a command before it knows what its files hold is told that they were not written."""

import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from load.commands import cli
from load.commands.interrupted import told_unwritten
from load.runs.local_target import LocalTarget


def interrupted(*files: Path | None) -> None:
    with told_unwritten(*files, before="all was simulated"):
        raise KeyboardInterrupt


def test_the_files_that_were_asked_for_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(Path("a.json"), None, Path("a.html"))
    assert capsys.readouterr().err == "interrupted before all was simulated, so not written: a.json, a.html\n"


def test_where_none_was_asked_for_the_interrupt_is_told_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(None)
    assert capsys.readouterr().err == "interrupted before all was simulated\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_run_whose_stack_is_just_being_started_says_that_there_is_no_report(
    number: signal.Signals, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, page = tmp_path / "report.json", tmp_path / "page.html"
    monkeypatch.setattr(LocalTarget, "start", lambda _: signal.raise_signal(number))
    arguments = ["run", "--profile", "steady:10", "--report", str(report), "--page", str(page)]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert result.return_value == status
    assert result.stderr == (
        f"starting the stack …\ninterrupted before there was anything to report, so not written: {report}, {page}\n"
    )
    assert not list(tmp_path.iterdir())
