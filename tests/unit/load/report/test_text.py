"""A report as text."""

import pytest

from load.report.model import Finding, Generator, Shard, Table
from load.report.text import duration, lines
from tests.unit.load.report.a_report import distribution, report


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.00123, "1.2 ms"), (0.25, "250 ms"), (2.345, "2.35 s"), (123.4, "123 s"), (5000, "5,000 s")],
)
def test_times_are_written_as_people_write_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_summary_says_rates_latencies_and_findings() -> None:
    shown = "\n".join(
        lines(
            report().model_copy(
                update={
                    "generator": Generator(processes=1, cores=2, schedule_error=distribution([0.002]), busy=0.1),
                    "shards": (Shard(shard_id="shardId-0001", records_rate=5, bytes_rate=2**19, refused=0),),
                    "tables": {"by IngestFunction": Table(write_units=900, read_units=10)},
                    "findings": (Finding(kind="limit", text="the machine was busy"),),
                }
            )
        )
    )
    for expected in (
        "1,000.0/s",
        "schedule error",
        "2.0 ms",
        "50.0% of its limit",
        "(0.0150 an event)",
        "limit: the machine",
    ):
        assert expected in shown
    assert "PARTIAL" not in shown


def test_a_partial_report_says_so() -> None:
    assert "PARTIAL: ended by interrupt before its time" in list(
        lines(report().model_copy(update={"partial": True, "ended": "interrupt"}))
    )


def test_events_of_the_warm_up_among_those_acknowledged_in_time_are_told() -> None:
    events = report().events
    for in_time, told in ((60_003, "some of them sent in the warm-up"), (59_000, "and 1,000 later"), (60_000, "/s")):
        counted = events.model_copy(update={"accepted_in_time": in_time})
        (line,) = (each for each in lines(report().model_copy(update={"events": counted})) if " accepted " in each)
        assert f"{in_time:,}" in line
        assert line.endswith(told)


def test_write_units_are_of_the_events_acknowledged_in_the_time_in_which_they_were_noted() -> None:
    tables = {"by IngestFunction": Table(write_units=900, read_units=10)}
    for in_time, told in ((30_000, "(0.0300 an event)"), (None, "(0.0150 an event)"), (0, "900 write units, 10 read")):
        events = report().events.model_copy(update={"accepted_in_time": in_time})
        shown = "\n".join(lines(report().model_copy(update={"events": events, "tables": tables})))
        assert told in shown


def test_what_happened_after_the_measured_time_too_has_no_rate() -> None:
    events = report().events.model_copy(update={"failed": 600, "counted": 59_400, "resent": 120})
    shown = {line.split()[0]: line for line in lines(report().model_copy(update={"events": events})) if line.strip()}
    assert (shown["failed"].split(), shown["counted"].split()) == (["failed", "600"], ["counted", "59,400"])
    assert shown["resent"].split()[:3] == ["resent", "120", "2.0/s"]


def test_no_line_ends_in_spaces() -> None:
    assert all(line == line.rstrip() for line in lines(report()))
