"""What commands print."""

import pytest

from load.commands.output import say, show


def test_lines_for_a_person_fit_the_terminal_and_others_are_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("load.report.fitting.room", lambda: 20)
    show("ingest  off by 5 % in the median")
    assert capsys.readouterr().out == "ingest  off by 5 %\n        in the\n        median\n"
    say('{"json": "on a line of its own"}')
    assert capsys.readouterr().out.count("\n") == 1
