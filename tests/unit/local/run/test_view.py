"""What a run shows, on a terminal and elsewhere."""

import io
from dataclasses import replace

from rich.console import Console

from local.run.lag import LagSummary
from local.run.report import Ledger
from local.run.view import LineView, LiveView, Rate, Status, make_view, summary_lines


def status(
    *, elapsed: float = 0.0, refused: int = 0, top: list[tuple[str, int]] | None = None, alerts: list[str] | None = None
) -> Status:
    return Status(
        phase="feeding",
        elapsed=elapsed,
        url="http://127.0.0.1:8080",
        endpoint="http://127.0.0.1:4566",
        ledger=Ledger(accepted=12_345, counted=12_000, duplicates=120, failed={"invalid": 7, "too_late": 3}),
        refused=refused,
        lag=LagSummary(1.25, 2.5, 3.0),
        top_hashtags=top or [],
        alerts=len(alerts or []),
        newest_alerts=alerts or [],
    )


def console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=100, height=40)


def printed(to: Console) -> str:
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue()


def test_the_view_suits_the_place() -> None:
    assert isinstance(make_view(console(terminal=True)), LiveView)
    assert isinstance(make_view(console(terminal=False)), LineView)


def test_lines_are_plain_and_some_seconds_apart() -> None:
    out = console(terminal=False)
    with LineView(out) as view:
        for elapsed in (0.0, 1.0, 4.9, 5.0, 6.0):
            view.show(status(elapsed=elapsed))
    lines = printed(out).splitlines()
    assert lines[:2] == ["dashboard http://127.0.0.1:8080", "endpoint http://127.0.0.1:4566 (AWS_ENDPOINT_URL)"]
    assert len(lines) == 4
    assert lines[3].startswith("00:05 feeding: accepted 12,345, counted 12,000, duplicates 120, failed 10, lag 1.2 s")
    assert "\x1b" not in printed(out)


def test_the_live_view_shows_figures_and_hashtags() -> None:
    out = console(terminal=True)
    with LiveView(out) as view:
        view.show(status(top=[("rivers", 40), ("lakes", 10)], refused=2))
    for expected in (
        "http://127.0.0.1:4566",
        "12,345",
        "12,000",
        "invalid 7, too_late 3",
        "215",
        "rivers",
        "lakes",
        "refused",
        "p95 2.5 s",
    ):
        assert expected in printed(out)


def test_a_hostile_hashtag_neither_steers_the_terminal_nor_is_markup() -> None:
    out = console(terminal=True)
    with LiveView(out) as view:
        view.show(status(top=[("\x1b]0;owned\x07[bold]x[/bold]", 4)]))
    assert "\x1b]0;" not in printed(out)
    assert "[bold]x[/bold]" in printed(out)


def test_alerts_are_told_when_they_come_each_once() -> None:
    out = console(terminal=False)
    with LineView(out) as view:
        for elapsed, alerts in ((0.0, []), (1.0, ["#one"]), (2.0, ["#one"]), (3.0, ["#one", "#two", "#\x1b[31m"])):
            view.show(status(elapsed=elapsed, alerts=alerts))
    told = [line for line in printed(out).splitlines() if "alert:" in line]
    assert told == ["00:01 alert: #one", "00:03 alert: #two", "00:03 alert: #�[31m"]
    live = console(terminal=True)
    with LiveView(live) as view:
        view.show(status(alerts=["#one", "#two"]))
    assert "#two" in printed(live)
    assert "alerts                 2" in summary_lines(status(alerts=["#one", "#two"]))
    assert not [line for line in summary_lines(status()) if line.startswith("alerts")]


def test_summary_names_every_place_an_event_can_be() -> None:
    lines = "\n".join(summary_lines(status(refused=1)))
    for word in ("accepted", "counted", "duplicates", "failed", "refused", "lag", "invalid 7, too_late 3"):
        assert word in lines


def test_rate_is_the_mean_over_the_last_seconds() -> None:
    rate = Rate()
    assert rate.per_second(0.0, 0) == 0.0
    assert rate.per_second(1.0, 500) == 500.0
    for second in range(2, 20):
        last = rate.per_second(float(second), 500 + 100 * (second - 1))
    assert last == 100.0


def test_a_lag_that_nothing_was_measured_of_is_no_figure() -> None:
    before = replace(status(), lag=LagSummary(0.0, 0.0, 0.0))
    assert "0.0 s" not in "\n".join(summary_lines(before))


def test_a_file_of_something_else_is_told_from_events_that_failed() -> None:
    wrong = replace(status(), ledger=Ledger(accepted=3, counted=0, duplicates=0, failed={"unreadable": 3}))
    assert "one JSON object a line is expected" in summary_lines(wrong)[-1]
    assert "JSON object" not in summary_lines(status())[-1]
