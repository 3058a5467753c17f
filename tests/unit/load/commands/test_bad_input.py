"""What can't be used is refused in one line, with status 2."""

import sys

import pytest

from load.__main__ import main


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["run", "--target", "moon"], "--target 'moon' is neither local nor stub"),
        (["run", "--profile", "missing.yaml"], "missing.yaml can't be read: No such file"),
        (["run", "--profile", "steady:0"], "the profile never sends anything"),
        (["run", "--set", "ShardCount"], "say NAME=VALUE"),
        (["run", "--set", "ShardCount=0"], "error: ShardCount must be 1"),
        (["run", "--set", "Sharts=2"], "there is no setting 'Sharts'"),
        (["run", "--event-bytes", "3"], "event_bytes must be"),
        (["run", "--report", "/nowhere/report.json"], "/nowhere/report.json can't be written"),
        (["compare", "missing.json", "missing.json"], "missing.json can't be read"),
        (["dance"], "No such command 'dance'"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    arguments: list[str], why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["penstock-load", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, errors = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert why in errors
