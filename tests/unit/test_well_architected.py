"""The page on good architecture has every row of the checklist, and what it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/well-architected.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| ([A-Z]+\d[a-z]?) \| (.+) \|$", PAGE, re.MULTILINE))
CHECKLIST = [
    "OPS1a",
    "OPS1b",
    "OPS1c",
    "OPS1d",
    "OPS1e",
    "OPS2a",
    "OPS2b",
    "OPS2c",
    "OPS2d",
    "OPS3",
    "SEC1a",
    "SEC1b",
    "SEC2",
    "SEC3",
    "SEC4",
    "SEC5",
    "SEC6",
    "SEC7",
    "SEC8",
    "REL1",
    "REL2",
    "REL3",
    "REL4",
    "REL5a",
    "REL5b",
    "REL5c",
    "REL5d",
    "REL5e",
    "REL5f",
    "PERF1",
    "PERF2",
    "PERF3",
    "PERF4",
    "COST1",
    "COST2",
    "COST3",
    "COST4",
    "SUS1",
]


def test_the_page_has_every_row_of_the_checklist() -> None:
    assert list(ROWS) == CHECKLIST


@pytest.mark.parametrize("row", CHECKLIST)
def test_a_row_names_a_test_that_exists_or_says_why_not(row: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", ROWS[row])
    assert named or "Not met in full: " in ROWS[row]
    for path, test in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {test or 'test_'}" in source, (path, test)


@pytest.mark.parametrize("row", CHECKLIST)
def test_the_files_and_parameters_of_a_row_exist(row: str) -> None:
    _, where, _ = ROWS[row].split(" | ")
    for path in re.findall(r"`([\w./*]+[./][\w./*]*)`", where):
        assert list(ROOT.glob(path.rstrip("/"))), path
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    for named in re.findall(r"`([A-Z]\w+)`", where):
        assert re.search(rf"^  {named}:$", template, re.MULTILINE), named
