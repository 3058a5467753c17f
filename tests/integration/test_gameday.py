"""Each exercise of the game day shows its fault by an alarm's number, and ends with every event counted once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.gameday.command import start
from local.gameday.drill import Drill
from local.gameday.exercises import EXERCISES
from local.stack import LocalStack
from tests.unit.translated_template import template_with

PAGE = Path(__file__).parents[2] / "docs" / "game-day.md"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """One stack for all exercises: each leaves it as it was."""
    with start(tmp_path_factory.mktemp("gameday"), port=0) as running:
        yield running


@pytest.mark.parametrize("name", EXERCISES)
def test_what_goes_wrong_is_seen_and_nothing_is_lost(stack: LocalStack, name: str) -> None:
    said: list[str] = []
    drill = Drill(stack, said.append)
    EXERCISES[name](drill)
    assert said[-1].startswith("every event is counted, once")
    assert [seen for seen in drill.seen if seen.value > 0]
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition(f"    .venv/bin/python -m local gameday {name}\n")[2].partition("\n## ")[0]
    for alarm in {seen.alarm for seen in drill.seen}:
        assert alarm in template_with().translated["Resources"]
        assert f"`{alarm}`" in section, (name, alarm)
