"""`docs/moto-gaps.md` says of moto what the rules say, no more and no less."""

import importlib
import re
from pathlib import Path

from tests.unit.simulation.services.contract.rules import RULES

PAGE = Path(__file__).parents[5] / "docs" / "moto-gaps.md"
HEADING = "## Held by the contract suite"

for module in Path(__file__).parent.glob("test_*.py"):
    importlib.import_module(f"{__package__ or 'tests.unit.simulation.services.contract'}.{module.stem}")


def listed() -> set[str]:
    """Return the section's points, each on one line."""
    section = PAGE.read_text().partition(HEADING)[2].partition("\n## ")[0]
    points = re.findall(r"^- (.+(?:\n  .+)*)", section, re.MULTILINE)
    return {" ".join(point.split()) for point in points}


def test_the_page_lists_what_moto_does_otherwise() -> None:
    assert listed() == {rule.moto for rule in RULES if rule.moto is not None}


def test_each_rule_names_its_page() -> None:
    assert all(", " in rule.page for rule in RULES)
