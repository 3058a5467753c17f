"""A run refreshes each view, whatever another does; a tick runs only where nobody does."""

from botocore.exceptions import ReadTimeoutError

from consumers.metering import Units
from consumers.rollup.lateness import LATE_SECONDS
from consumers.schedule import HOUR, MINUTE
from consumers.tables import list_key
from consumers.trends.state import LevelsState
from consumers.trends.table import TrendsTable
from consumers.views.lists.item import decode_list
from consumers.views.lists.view import TopLists
from consumers.views.memory import Change, Memory
from consumers.views.observation import line_of, metrics_of
from consumers.views.run import BUSY_SECONDS, Report, Views
from consumers.views.store import ViewStore
from consumers.views.windows import Window
from tests.unit.consumers.rollup.making import SCHEDULE, SerialExecutor, plenty
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

NOON = 1_763_812_800


class Broken:
    """A view whose table does not answer, as long as it is broken."""

    name = "broken"
    broken = True

    def refresh(self, change: Change) -> None:
        del change
        if self.broken:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")


class Kept:
    """Views over an empty trends table."""

    def __init__(self, *before: Broken) -> None:
        self.now = NOON + 5.0
        self.dynamodb = SimulatedTables()
        self.table = TrendsTable(self.dynamodb.client(), TRENDS_TABLE)
        self.table.create_state(LevelsState(NOON, NOON, 0, 0, newest_arrival_ms=7))
        store = ViewStore(self.dynamodb.client(), TRENDS_TABLE)
        memory = Memory(self.table, SCHEDULE, SerialExecutor())
        self.views = Views(memory, store, [*before, TopLists(store)], clock=lambda: self.now)


def test_a_view_that_fails_holds_up_no_other_and_is_told() -> None:
    broken = Broken()
    kept = Kept(broken)
    kept.table.note_changes(NOON, {NOON: None}, NOON + MINUTE)
    report = kept.views.refresh((), plenty)
    assert (list(report.failures), report.as_of) == (["broken"], None)
    assert report.put == 6
    broken.broken = False
    again = kept.views.refresh((), plenty)
    assert (again.failures, again.as_of, again.hours) == ({}, 7, 1)


def test_a_tick_leaves_the_work_to_batches_that_come() -> None:
    kept = Kept()
    kept.views.refresh((), plenty)
    kept.now += BUSY_SECONDS - 1
    assert kept.views.tick(plenty) is None
    kept.now += 1
    report = kept.views.tick(plenty)
    assert report is not None
    assert report.failures == {}


def test_a_tick_makes_a_damaged_list_anew() -> None:
    kept = Kept()
    kept.views.refresh((), plenty)
    window = Window.FIVE_MINUTES
    key = list_key(window, window.end(kept.now))
    client = kept.dynamodb.client()
    client.put_item(TableName=TRENDS_TABLE, Item={**key.attributes, "v": {"N": "1"}, "c": {"B": b"no list"}})
    kept.now += BUSY_SECONDS
    report = kept.views.tick(plenty)
    assert report is not None
    assert report.failures == {}


def test_each_tick_makes_the_list_of_the_day_anew_also_one_that_comes_early() -> None:
    kept = Kept()
    for seconds in (5.9, 65.1, 124.2):
        kept.now = NOON + seconds
        assert kept.views.tick(plenty) is not None
        item = kept.table.item(list_key(Window.DAY, NOON + HOUR), consistent=True)
        listed = None if item is None else decode_list(Window.DAY, NOON + HOUR, item)
        assert listed is not None
        assert listed.made_at == int(kept.now)


def test_a_list_that_was_followed_is_put_once_more_when_its_last_events_are_there() -> None:
    kept = Kept()
    end = NOON + MINUTE
    made = []
    for seconds in range(0, 2 * MINUTE, 5):
        kept.now = NOON + seconds
        kept.table.note_changes(NOON, {NOON: None}, NOON + MINUTE)
        kept.views.refresh((), plenty)
        item = kept.table.item(list_key(Window.HOUR, end), consistent=True)
        listed = None if item is None else decode_list(Window.HOUR, end, item)
        assert listed is not None
        made.append(listed.made_at)
    assert sorted({when for when in made if when >= end}) == [end + LATE_SECONDS]


def test_a_tick_makes_windows_slide_when_nothing_comes() -> None:
    kept = Kept()
    assert kept.views.tick(plenty) is not None
    kept.now += MINUTE
    report = kept.views.tick(plenty)
    assert report is not None
    assert report.put >= 2  # at least those of 5 minutes and of an hour


def test_an_arrival_is_told_once() -> None:
    kept = Kept()
    assert kept.views.refresh((), plenty).as_of == 7
    kept.now += MINUTE
    report = kept.views.tick(plenty)
    assert report is not None
    assert (report.failures, report.as_of) == ({}, None)
    kept.table.raise_arrival(8, 9)
    assert kept.views.refresh((), plenty).as_of == 8


def test_what_a_run_tells() -> None:
    report = Report(hours=2, put=5, refused=1, as_of=7, failures={"lists": ValueError("why")})
    metrics, line = metrics_of(report, Units(3.0, 4.0), 900), line_of(report, Units(3.0, 4.0), 900)
    assert metrics == {
        "ItemsPut": 5,
        "ItemsRefused": 1,
        "ViewsFailed": 1,
        "WriteUnits": 3.0,
        "ReadUnits": 4.0,
        "ArrivalToViews": 900,
    }
    assert (line["hours"], line["errors"]) == (2, ["lists: ValueError('why')"])
