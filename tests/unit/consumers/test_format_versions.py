"""What an earlier version stored counts on, and what a newer version stored waits for the code that knows it.

`stored_by_version_1.json` holds the very items that the code of format version 1 wrote for three events: two in segment
0, which that code's rollup had applied, closing their hour and day two days later; and one in segment 1, which it had
not. The test of a new version keeps this file and adds its own.
"""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from consumers.counts import Counts, add, empty
from consumers.failed_events import FailedEventStore
from consumers.ingest.ingest import Ingest, Result
from consumers.pane_log import segment as segments
from consumers.pane_log.log import PaneLog
from consumers.pane_log.segment import SegmentFormatError
from consumers.pane_log.writer import Writer
from consumers.rollup.report import Report
from consumers.rollup.stream import read_batch
from consumers.schedule import DAY, HOUR
from consumers.sweep.probe import LogProbe
from consumers.sweep.sweep import Sweep
from consumers.tables import Level
from consumers.trends.errors import NewerTrendsFormatError
from simulation.services.s3 import SimulatedS3
from simulation.services.stream_records import as_lambda_sends
from simulation.services.table import Change
from tests.unit.consumers.ingest.batches import Put, a_batch
from tests.unit.consumers.rollup.making import SCHEDULE, SerialExecutor, a_rollup, plenty
from tests.unit.consumers.simulated_tables import LOG_TABLE, TRENDS_TABLE, SimulatedTables

STORED: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_name("stored_by_version_1.json").read_text())
MINUTE_STORED = 1_795_253_400
"""2026-11-21T09:30:00Z."""
NOW = MINUTE_STORED + 2.5 * DAY

APPLIED = {
    "hashtag": {"rivers": 2, "lakes": 1},
    "lang": {"en": 1, "und": 1},
    "platform": {"bluesky": 2},
    "kind": {"post": 2},
}
WAITING = {"hashtag": {"café": 1, "川": 1}, "lang": {"de": 1}, "platform": {"bluesky": 1}, "kind": {"post": 1}}
NEWER = {"v": {"N": "99"}}


@pytest.fixture
def dynamodb() -> SimulatedTables:
    """Both tables as version 1 left them."""
    tables = SimulatedTables(lambda: NOW)
    for table, items in ((LOG_TABLE, STORED["pane log"]), (TRENDS_TABLE, STORED["trends"])):
        tables.load(table, map(as_stored, items))
    return tables


def as_stored(item: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {kind: b64decode(content) if kind == "B" else content}
        for name, value in item.items()
        for kind, content in value.items()
    }


def an_event(number: int, author: str = "ada", second: int = 1) -> bytes:
    """Return an event of the address in the log; numbers 1 and 3 are there."""
    return json.dumps(
        {
            "event_id": str(number),
            "kind": "post",
            "platform": "bluesky",
            "author": author,
            "created_at": f"2026-11-21T09:30:{second:02}Z",
        }
    ).encode()


def fold(dynamodb: SimulatedTables, *payloads: bytes) -> Result:
    ingest = Ingest(
        Writer(PaneLog(dynamodb.client(), LOG_TABLE), 16 * DAY),
        FailedEventStore(SimulatedS3("failed").client(), "failed"),
        SerialExecutor(),
        schedule=SCHEDULE,
        dedup_seconds=7 * DAY,
    )
    return ingest.process(a_batch(*(Put(5 + place, data) for place, data in enumerate(payloads))), plenty)


def deliver(dynamodb: SimulatedTables, *numbers: int) -> Report:
    """Have the stream bring segments to rollup."""
    table = dynamodb.tables[LOG_TABLE]
    changes = [
        Change(key[1] + 1, "INSERT", key, table.keys_of(item), item, NOW)
        for key, item in sorted(table.items())
        if key[1] in numbers
    ]
    read, unread = read_batch({"Records": [as_lambda_sends(change, LOG_TABLE) for change in changes]})
    assert not unread
    return a_rollup(dynamodb, lambda: NOW).apply((record.segment for record in read), plenty)


def counted(dynamodb: SimulatedTables, level: Level) -> Counts:
    table = a_rollup(dynamodb).table
    total = empty()
    for bucket in range(3):
        for item in table.query(level, bucket, MINUTE_STORED - DAY, MINUTE_STORED + DAY, consistent=True):
            add(total, item.counts)
    return total


def both() -> Counts:
    total = empty()
    add(total, APPLIED)
    add(total, WAITING)
    return total


def test_segments_of_version_1_are_read(dynamodb: SimulatedTables) -> None:
    found = [segments.decode(item) for _, item in sorted(dynamodb.tables[LOG_TABLE].items())]
    assert [(each.number, each.events, each.counts) for each in found] == [(0, 2, APPLIED), (1, 1, WAITING)]
    assert {each.address.key for each in found} == {f"{MINUTE_STORED}+30#1/2"}
    assert [each.arrived_ms for each in found] == [1_795_253_410_500] * 2


@pytest.mark.parametrize("level", list(Level))
def test_minutes_hours_and_days_of_version_1_are_read(dynamodb: SimulatedTables, level: Level) -> None:
    assert counted(dynamodb, level) == APPLIED


def test_the_marks_and_the_cursor_of_version_1_are_read(dynamodb: SimulatedTables) -> None:
    table = a_rollup(dynamodb).table
    state = table.state()
    assert state is not None
    assert (state.closing, state.closed, state.newest_arrival_ms) == (1_795_424_400, 1_795_424_400, 1_795_253_410_500)
    assert (state.day_closing, state.day_closed) == (1_795_392_000, 1_795_392_000)
    assert table.sweep_cursor() == 1_795_251_600


def test_an_event_that_version_1_counted_is_not_counted_again(dynamodb: SimulatedTables) -> None:
    """Its address, its fingerprint and its segment mean what they meant."""
    result = fold(dynamodb, an_event(1), an_event(3), an_event(2, "bob", 2), an_event(4))
    assert result.answer == {"batchItemFailures": []}
    assert (result.tally.folded, result.tally.duplicates) == (1, 3)
    added = segments.decode(dynamodb.tables[LOG_TABLE][f"{MINUTE_STORED}+30#1/2", 2])
    assert added.counts["kind"] == {"post": 1}


@pytest.mark.parametrize("numbers", [(1,), (0, 1), (1, 1, 0)])
def test_rollup_goes_on_where_version_1_ended(dynamodb: SimulatedTables, numbers: tuple[int, ...]) -> None:
    report = deliver(dynamodb, *numbers)
    assert report.reasons() == []
    for level in Level:
        assert counted(dynamodb, level) == both(), level


def test_the_sweep_finds_what_version_1_had_not_applied(dynamodb: SimulatedTables) -> None:
    a_rollup(dynamodb).table.save_sweep_cursor(Level.HOUR.floor(MINUTE_STORED))
    report = a_sweep(dynamodb).run(plenty)
    assert (report.repaired, report.checks_failed) == (1, 0)
    for level in Level:
        assert counted(dynamodb, level) == both(), level


def a_sweep(dynamodb: SimulatedTables) -> Sweep:
    probe = LogProbe(dynamodb.client(), LOG_TABLE, lambda _: None)
    return Sweep(a_rollup(dynamodb, lambda: NOW), probe, 9 * 24, pool=SerialExecutor(), clock=lambda: NOW)


def test_ingest_adds_nothing_behind_a_newer_segment_and_loses_nothing(dynamodb: SimulatedTables) -> None:
    """As in a roll-out, where older code meets what newer code has written: its records come again."""
    log = dynamodb.tables[LOG_TABLE]
    known = log[f"{MINUTE_STORED}+30#1/2", 1]
    log[f"{MINUTE_STORED}+30#1/2", 1] = known | NEWER
    before = dict(log)
    result = fold(dynamodb, an_event(9, "cyd", 31), an_event(4), an_event(10, "cyd", 32))
    assert result.answer == {"batchItemFailures": [{"itemIdentifier": "6"}]}
    assert result.errors == {"SegmentFormatError": 1}
    assert before.items() <= dict(log).items()
    assert len(log) == len(before) + 1, "another address is none of its business"

    log[f"{MINUTE_STORED}+30#1/2", 1] = known  # the code that knows it is deployed again
    assert fold(dynamodb, an_event(4), an_event(10, "cyd", 32)).tally[:2] == (1, 1)


def test_rollup_leaves_a_newer_segment_to_newer_code(dynamodb: SimulatedTables) -> None:
    log = dynamodb.tables[LOG_TABLE]
    key = f"{MINUTE_STORED}+30#1/2", 1
    record = as_lambda_sends(Change(7, "INSERT", key, log.keys_of(log[key]), log[key] | NEWER, NOW), LOG_TABLE)
    read, unread = read_batch({"Records": [record]})
    assert not read
    assert [(each.sequence_number, type(each.error)) for each in unread] == [("7", SegmentFormatError)]


@pytest.mark.parametrize("level", list(Level))
def test_rollup_overwrites_no_newer_item_and_has_its_records_come_again(
    dynamodb: SimulatedTables, level: Level
) -> None:
    trends = dynamodb.tables[TRENDS_TABLE]
    newer = {key: item | NEWER for key, item in trends.items() if key[0].startswith(f"{level}#")}
    older = {key: trends[key] for key in newer}
    for key, item in newer.items():
        trends[key] = item
    report = deliver(dynamodb, 1)
    assert isinstance(report.failed_minutes[MINUTE_STORED], NewerTrendsFormatError)
    assert {key: trends[key] for key in newer} == newer

    for key, item in older.items():
        trends[key] = item
    assert deliver(dynamodb, 1).reasons() == []
    for each in Level:
        assert counted(dynamodb, each) == both(), each


def test_marks_of_a_newer_version_are_left_alone_and_nothing_is_lost(dynamodb: SimulatedTables) -> None:
    trends = dynamodb.tables[TRENDS_TABLE]
    known = trends["rollup", "levels"]
    trends["rollup", "levels"] = known | NEWER
    report = deliver(dynamodb, 1)
    assert isinstance(report.failed_minutes[MINUTE_STORED], NewerTrendsFormatError)
    assert trends["rollup", "levels"] == known | NEWER

    trends["rollup", "levels"] = known
    assert deliver(dynamodb, 1).reasons() == []
    for level in Level:
        assert counted(dynamodb, level) == both(), level


def test_the_sweep_goes_round_a_newer_item(dynamodb: SimulatedTables) -> None:
    trends = dynamodb.tables[TRENDS_TABLE]
    key = "minute#2026-11-21T09#0", "2026-11-21T09:30"
    trends[key] = trends[key] | NEWER
    a_rollup(dynamodb).table.save_sweep_cursor(Level.HOUR.floor(MINUTE_STORED))
    report = a_sweep(dynamodb).run(plenty)
    assert report.checks_failed
    assert Level.HOUR.floor(MINUTE_STORED) - HOUR in report.hours
    assert trends[key]["v"] == NEWER["v"]
