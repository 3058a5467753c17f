"""What a rebuild tells a person: to go on, only where something is folded."""

import pytest

from consumers.rebuild.command.command import lines
from consumers.rebuild.report import Report


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (Report(), "running it again is safe"),
        (Report(objects_folded=1), "--continue goes on with it"),
        (Report(objects_before=1), "--continue goes on with it"),
    ],
)
def test_continue_is_advised_once_something_is_folded(report: Report, told: str) -> None:
    assert list(lines(report))[-1].startswith(f"not complete: {told}")
