"""A file that can't be written costs neither the others nor what is shown."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from load.commands import cli
from load.commands.output import OutputError
from load.commands.written import UnwrittenError, Written
from tests.unit.load.report.a_report import report

FULL = Path("/dev/full")

needs_full = pytest.mark.skipif(not FULL.exists(), reason="Linux has a file that takes nothing")


@needs_full
def test_what_can_be_written_is_written_and_what_can_not_is_told_in_the_end(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    shown = []

    def write_and_show() -> None:
        with Written() as written:
            assert written.write_reports(report(), FULL, page) == ["page"]
            shown.append("summary")

    with pytest.raises(UnwrittenError, match="/dev/full could not be written: No space left on device"):
        write_and_show()
    assert shown == ["summary"]
    assert page.stat().st_size > 0


@needs_full
def test_it_is_told_although_the_reader_of_the_output_has_gone() -> None:
    def write_and_show() -> None:
        with Written() as written:
            written.write(FULL, lambda path: path.write_text("text"))
            raise BrokenPipeError

    with pytest.raises(UnwrittenError):
        write_and_show()


@needs_full
def test_it_is_told_beside_standard_output_if_that_can_not_be_written_either() -> None:
    def write_and_show() -> None:
        with Written() as written:
            written.write(FULL, lambda path: path.write_text("text"))
            raise OutputError("standard output could not be written")

    with pytest.raises(UnwrittenError, match=r"/dev/full could not be written: .*; standard output could not be"):
        write_and_show()


@needs_full
@pytest.mark.parametrize(
    "arguments",
    [
        "run --target stub --profile steady:200 --duration 1s --warm-up 1s --report /dev/full --page {other}",
        "simulate --profile steady:100 --seeds 1 --report /dev/full --page {other}",
        "tune --profile steady:100 --within 20 --budget 10 --samconfig /dev/full --page {other}",
    ],
)
def test_commands_show_what_they_found_and_write_what_they_can(arguments: str, tmp_path: Path) -> None:
    other = tmp_path / "page.html"
    result = CliRunner().invoke(cli, arguments.format(other=other).split(), standalone_mode=False)
    assert isinstance(result.exception, UnwrittenError)
    assert len(result.stdout.splitlines()) > 5
    assert other.stat().st_size > 0
