"""Reports as files: written, read again, and refused in one line."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from load.errors import InputError
from load.report.files import check_writable, read_report, write_report
from tests.unit.load.report.a_report import full, report


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_report(tmp_path / "report.json", report())
    assert read_report(tmp_path / "report.json") == report()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no", "the file: Invalid JSON"),
        ('{"format": 2}', "format: Input should be 1, not 2"),
        ('{"format": 1, "command": "dance"}', "command: "),
        ("[]", "the file: Input should be an object"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=why) as refused:
        read_report(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (("freshness", "blocks", 1), "HISTF", "freshness.blocks.1: no HdrHistogram, not 'HISTF'"),
        (("freshness", "scale"), 0, "freshness.scale: Input should be greater than 0, not 0"),
        (("freshness", "p99"), 1e308, r"freshness.p99: Input should be less than .*, not 1e\+308"),
        (("series", "values", "accepted_rate", 0), 1e308, r"series.values.accepted_rate.0: .*, not 1e\+308"),
        (("events", "accepted"), 10**400, "events.accepted: "),
        (("workload", "seconds"), float("nan"), "workload.seconds: Input should be a finite number, not nan"),
        (("cost", "per_month"), float("inf"), "cost.per_month: Input should be a finite number, not inf"),
    ],
)
def test_a_damaged_report_is_refused_with_the_place_and_the_value(
    tmp_path: Path, place: tuple[str | int, ...], value: object, why: str
) -> None:
    document = full().model_dump(mode="json")
    within: Any = document
    for each in place[:-1]:
        within = within[each]
    within[place[-1]] = value
    path = tmp_path / "report.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=rf"report\.json is no report of penstock-load: {why}") as refused:
        read_report(path)
    assert "\n" not in str(refused.value)


def test_a_report_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.json can't be read: No such file"):
        read_report(tmp_path / "missing.json")


def test_looking_whether_a_file_can_be_written_leaves_everything_as_it_was(tmp_path: Path) -> None:
    there, link, missing = tmp_path / "there", tmp_path / "link", tmp_path / "missing"
    there.write_text("before", encoding="utf-8")
    link.symlink_to(missing)
    for path in (there, link, missing, Path(os.devnull)):
        check_writable(path)
    assert there.read_text(encoding="utf-8") == "before"
    assert link.readlink() == missing
    assert not missing.exists()


def test_nobody_is_waited_for_at_a_named_pipe(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(InputError, match=rf"{path.name} can't be written: it is no regular file"):
            check_writable(path)


def test_a_pipe_that_is_open_already_can_be_written() -> None:
    reader, writer = os.pipe()
    try:
        check_writable(Path(f"/dev/fd/{writer}"))
    finally:
        os.close(reader)
        os.close(writer)


def test_a_file_in_no_folder_can_not_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written: No such file or directory"):
        check_writable(tmp_path / "nowhere" / "report.json")
