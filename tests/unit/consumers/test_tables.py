"""Keys of both tables, and the attributes of each kind of item, as documented."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers import tables
from consumers.alerts import state as alerts
from consumers.counts import DIMENSIONS, empty
from consumers.pane_log import segment as segments
from consumers.pane_log.segment import Segment
from consumers.rebuild.journal import Folded, Journal, Run
from consumers.schedule import Address
from consumers.tables import (
    HORIZON,
    REBUILD_RUN,
    SWEEP_CURSOR,
    Level,
    TrendKey,
    change_key,
    hidden_key,
    is_part,
    late_key,
    list_key,
    place_of,
    rebuilt_hour_key,
    search_directory_key,
    search_node_key,
    start_of,
    trend_key,
)
from consumers.trends.hidden import HideList
from consumers.trends.item import MAX_PART_BYTES, BucketItem, encode_item
from consumers.trends.late import LateSegment, encode_late
from consumers.trends.state import LevelsState, encode_state
from consumers.trends.table import TrendsTable
from consumers.views.lists.item import encode_list
from consumers.views.lists.top_list import DimensionList, TopList
from consumers.views.search.item import encode_directory, encode_node
from consumers.views.search.nodes import Directory
from consumers.views.store import Made, ViewStore
from consumers.views.windows import Window
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables


@pytest.mark.parametrize(
    ("level", "bucket", "start"),
    [
        (Level.MINUTE, "minute#2026-11-21T14#3", "2026-11-21T14:05"),
        (Level.HOUR, "hour#2026-11-21#3", "2026-11-21T14"),
        (Level.DAY, "day#2026-11#3", "2026-11-21"),
    ],
)
def test_a_partition_holds_the_items_of_the_level_above(level: Level, bucket: str, start: str) -> None:
    assert trend_key(level, level.floor(1795269900 + 7), 3) == (bucket, start)


@given(st.sampled_from(Level), st.integers(0, 4_000_000_000))
def test_a_sort_key_tells_its_start(level: Level, when: int) -> None:
    start = level.floor(when)
    assert start <= when < start + level.seconds
    assert start_of(level, trend_key(level, start, 0).start) == start


@given(st.sampled_from(Level), st.integers(0, 4_000_000_000), st.integers(0, 4_000_000_000))
def test_sort_keys_are_in_order_of_time(level: Level, one: int, other: int) -> None:
    keys = [trend_key(level, level.floor(when), 0).start for when in (one, other)]
    assert (keys[0] <= keys[1]) == (level.floor(one) <= level.floor(other))


KIND = re.compile(r"^([a-z -]+) \(`[^`]+`\)[^:]*(?::[^:]+)?::\n\n((?:    .*\n)+)", re.MULTILINE)
KINDS = {
    name: dict(re.findall(r"^    (\w+) +(SS|NS|[SNB])  ", body, re.MULTILINE))
    for name, body in KIND.findall(tables.__doc__ or "")
}
"""Attributes and their types by kind of item, as the module documents them."""


def written(item: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    return {name: kind for name, value in item.items() for kind in value}


def test_a_segment_has_the_documented_attributes() -> None:
    segment = Segment(Address(0, 10, 3, 8), 2, bytes(8), empty(), b"12345678", 1, 2)
    assert written(segments.encode(segment)) == KINDS["segment"]
    assert place_of(segments.encode(segment)) == (segment.address, 2)


def test_a_bucket_and_its_parts_have_the_documented_attributes() -> None:
    blank = BucketItem.blank(Level.MINUTE, 0, 3, positions=48, expires_at=9, buckets=4)
    large = replace(blank, packed=bytes(MAX_PART_BYTES + 1), newest_arrival_ms=5)
    first, part = encode_item(large)
    assert written(first) == KINDS["bucket"]
    assert written(part) == KINDS["part"]
    assert set(written(encode_item(blank)[0])) == set(KINDS["bucket"]) - {"a", "n"}
    assert TrendKey.of(part) == TrendKey.of(first).part(1)
    assert [is_part(TrendKey.of(item).start) for item in (first, part)] == [False, True]
    assert TrendKey.of(part).number == 3


def test_a_late_item_has_the_documented_attributes() -> None:
    (item,) = encode_late(0, 60, [LateSegment(Address(0, 10, 3, 8), 2, empty(), 1)])
    assert written(item) == KINDS["late item"]
    assert late_key(0, 59).start < late_key(0, 60).start < item["start"]["S"] < late_key(0, 61).start


def test_the_single_items_have_the_documented_attributes() -> None:
    assert written(encode_state(LevelsState(1, 2, 3, 4, 5, 6, 7, 8))) == KINDS["levels state"]
    client = SimulatedTables().client()
    TrendsTable(client, TRENDS_TABLE).save_sweep_cursor(3_600)
    cursor = client.get_item(TableName=TRENDS_TABLE, Key=SWEEP_CURSOR.attributes)["Item"]
    assert written(cursor) == KINDS["sweep cursor"]
    TrendsTable(client, TRENDS_TABLE).save_horizon(216, 192, 1)
    horizon = client.get_item(TableName=TRENDS_TABLE, Key=HORIZON.attributes)["Item"]
    assert written(horizon) == KINDS["horizon"]
    assert written(alerts.encode_state(alerts.AlertsState(judged=60), 120)) == KINDS["alerts state"]


def test_a_hide_list_has_the_documented_attributes() -> None:
    client = SimulatedTables().client()
    HideList(client, TRENDS_TABLE).add("hashtag", ["rivers"])
    item = client.get_item(TableName=TRENDS_TABLE, Key=hidden_key("hashtag").attributes)["Item"]
    assert written(item) == KINDS["hide-list"]


def test_a_change_note_has_the_documented_attributes() -> None:
    client = SimulatedTables().client()
    table = TrendsTable(client, TRENDS_TABLE)
    table.note_changes(7_200, {7_500: 3}, 9)
    table.note_changes(7_200, {7_500: None}, 9)
    note = client.get_item(TableName=TRENDS_TABLE, Key=change_key(7_200).attributes)["Item"]
    assert written(note) == KINDS["change note"]
    assert table.changes(3_600, 7_200) == {7_200: {7_500: 2}}
    assert [told.revisions for told in table.change_notes(3_600, 7_200)] == [{7_500: 3}]


def test_a_search_index_has_the_documented_attributes() -> None:
    client = SimulatedTables().client()
    store = ViewStore(client, TRENDS_TABLE)
    for kind, key, attributes in (
        ("search directory", search_directory_key(3_600), encode_directory("g", 2, Directory(["", "b"], {"": 0}))),
        ("search node", search_node_key("g", "leaf", 3), encode_node({"rivers": 2})),
    ):
        store.put(key, attributes, Made(1, 2), 3)
        assert written(client.get_item(TableName=TRENDS_TABLE, Key=key.attributes)["Item"]) == KINDS[kind]


def test_a_top_list_has_the_documented_attributes() -> None:
    client = SimulatedTables().client()
    made = TopList(Window.HOUR, 7_200, 1, 2, 3, dict.fromkeys(DIMENSIONS, DimensionList()))
    ViewStore(client, TRENDS_TABLE).put(list_key("1h", 7_200), encode_list(made), Made(3, 1), 9)
    item = client.get_item(TableName=TRENDS_TABLE, Key=list_key("1h", 7_200).attributes)["Item"]
    assert written(item) == KINDS["view"] | KINDS["top list"]


def test_the_items_of_a_rebuild_have_the_documented_attributes() -> None:
    client = SimulatedTables().client()
    journal = Journal(client, TRENDS_TABLE)
    journal.begin(Run("archive", "[]", 7, "2026-11-21T00:00:00+00:00"))
    journal.keep("2026-11-21T09", folded := Folded({b"12345678"}, {3_600, 7_200}))
    run, hour = (
        client.get_item(TableName=TRENDS_TABLE, Key=key.attributes)["Item"]
        for key in (REBUILD_RUN, rebuilt_hour_key("2026-11-21T09"))
    )
    assert written(run) == KINDS["rebuild run"]
    assert written(hour) == KINDS["rebuilt hour"]
    assert journal.run() == Run("archive", "[]", 7, "2026-11-21T00:00:00+00:00")
    assert journal.folded("2026-11-21T09") == folded
    assert journal.folded("2026-11-21T10") == Folded()
