"""What an erasure came to, for a person: what only was counted is not told as done."""

import pytest

from consumers.erase.command.command import lines
from consumers.erase.report import Report


@pytest.mark.parametrize(("confirmed", "told"), [(False, "objects to change"), (True, "objects changed")])
def test_objects_are_changed_only_once_it_is_confirmed(confirmed: bool, told: str) -> None:
    shown = list(lines(Report(objects_changed=1, complete=True, confirmed=confirmed)))
    assert [line.split("  ")[0] for line in shown if line.startswith("objects ") and line.endswith(" 1")] == [told]
