"""The page on metrics lists exactly what each function logs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
FUNCTIONS = re.findall(r"^\s+POWERTOOLS_SERVICE_NAME: (\w+)$", (ROOT / "template.yaml").read_text(), re.MULTILINE)
ROW = re.compile(r"^\| `(\w+)` \| (\w+)(, rare)? \| (.+) \| (.*) ?\|$", re.MULTILINE)


def folder(function: str) -> Path:
    within = ROOT / "consumers" / function
    return within if within.exists() else ROOT / function


def in_code(function: str) -> Iterator[tuple[str, str, bool]]:
    """Yield name, unit and rarity of each metric that the function's own modules name."""
    for path in sorted(folder(function).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Metric") | ast.Attribute(attr="add_metric"),
                    args=[ast.Constant(value=str(name)), ast.Attribute(attr=unit), *_],
                ):
                    yield name, unit, any(keyword.arg == "rare" for keyword in node.keywords)


def on_page(function: str) -> list[tuple[str, str, bool]]:
    section = PAGE.partition(f"## `{function}`\n")[2].partition("\n## ")[0]
    return [(name, unit, bool(rare)) for name, unit, rare, _, _ in ROW.findall(section)]


def test_every_function_has_a_section() -> None:
    assert set(re.findall(r"^## `(\w+)`$", PAGE, re.MULTILINE)) == set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_page_lists_what_the_function_logs(function: str) -> None:
    listed = on_page(function)
    assert listed
    assert sorted(listed) == sorted(in_code(function))


def test_the_page_says_how_many_metrics_are_always_logged() -> None:
    # Redrive is invoked by hand, and what is rare is logged when something is wrong.
    always = [each for function in FUNCTIONS if function != "redrive" for each in in_code(function) if not each[2]]
    assert f"logs {len(always)} metrics in every hour, about {0.3 * len(always):.0f} USD" in PAGE
