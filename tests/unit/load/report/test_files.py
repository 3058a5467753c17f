"""Reports as files: written, read again, and refused in one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from load.errors import InputError
from load.report.files import read_report, write_report
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
