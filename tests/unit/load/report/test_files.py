"""Reports as files: written, read again, and refused in one line."""

from pathlib import Path

import pytest

from load.errors import InputError
from load.report.files import read_report, write_report
from tests.unit.load.report.a_report import report


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", report())
    assert read_report(tmp_path / "report.json") == report()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no", "it is no JSON"),
        ('{"format": 2}', "its format is 2, and this version reads 1"),
        ('{"format": 1, "command": "dance"}', "command: "),
        ("[]", "report: Input should be an object"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=why) as refused:
        read_report(path)
    assert "\n" not in str(refused.value)


def test_a_report_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.json can't be read: No such file"):
        read_report(tmp_path / "missing.json")
