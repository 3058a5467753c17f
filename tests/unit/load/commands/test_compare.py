"""Two reports side by side, as lines."""

from pathlib import Path

from click.testing import CliRunner

from load.commands import cli
from load.report.files import write_report
from load.report.model import Report
from tests.unit.load.report.a_report import distribution, full, report


def compared(directory: Path, one: Report, other: Report) -> list[str]:
    before, after = directory / f"{30 * 'long-'}before.json", directory / f"{30 * 'long-'}after.json"
    write_report(before, one)
    write_report(after, other)
    result = CliRunner().invoke(cli, ["compare", str(before), str(after)], standalone_mode=False)
    assert result.exception is None
    return result.output.splitlines()


def test_a_figure_is_in_one_short_line_however_long_the_files_names(tmp_path: Path) -> None:
    slow = full().model_copy(update={"freshness": distribution(*([8.0 + 0.1 * at] for at in range(10)))})
    quick = full().model_copy(update={"freshness": distribution(*([4.0 + 0.1 * at] for at in range(10)))})

    before, after, _, head, *lines = compared(tmp_path, slow, quick)

    assert (before, after) == (
        f"before  {tmp_path}/{30 * 'long-'}before.json",
        f"after   {tmp_path}/{30 * 'long-'}after.json",
    )
    assert head.split() == ["before", "after", "change", "noise"]
    assert [line.split() for line in lines if line.startswith("freshness p50")] == [
        ["freshness", "p50", "8.40", "s", "4.40", "s", "-47.6%", "beyond"]
    ]
    assert any(line.endswith("unknown") for line in lines)
    assert max(map(len, [head, *lines])) <= 60


def test_what_was_asked_for_differently_and_what_is_partial_is_said(tmp_path: Path) -> None:
    other = report().model_copy(update={"configuration": {"ShardCount": "\x1b[2J4"}, "partial": True, "ended": "cost"})

    lines = compared(tmp_path, report(), other)

    told = lines.index("They were asked for differently:")
    assert lines[told + 1].startswith("  ShardCount: 2 and ")
    assert "\x1b" not in "".join(lines)
    assert lines[1].endswith("after.json (partial: ended by cost before its time)")
    assert lines[0].endswith("before.json")
