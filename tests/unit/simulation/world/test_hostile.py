"""What the simulation says of hostile payloads and records, each by itself: it is what ingest makes of them."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from consumers.failed_events import FailedEvent
from consumers.ingest.decode import Delivery, Record, unpack
from consumers.ingest.validate import validate
from consumers.pane_log.fold import ValidEvent
from simulation.world.hostile import payloads, records
from simulation.world.hostile.records import DAMAGED, hostile_record
from simulation.world.truth import Sent

NOW = 1_763_769_600
PLACE = Record("arn", "shardId-0", "5", 5, NOW * 1000)
EVENT = Sent("1", "bluesky", "ada", NOW - 5, "post", "en", ("seas",))


def judged(data: bytes) -> list[str | ValidEvent]:
    """Return why each payload of a record fails, or the event that it is."""
    found = unpack(Delivery(PLACE, "key", (data,)))
    if isinstance(found, FailedEvent):
        return [str(found.reason)]
    verdicts: list[str | ValidEvent] = []
    for payload in found.payloads:
        valid, failed = validate([found._replace(payloads=(payload,), aggregate=None)], 86_400)
        verdicts += [*valid, *(str(event.reason) for event in failed)]
    return verdicts


@pytest.mark.parametrize("payload", payloads.UNREADABLE, ids=lambda payload: repr(payload[:20]))
def test_what_is_no_json_object_is_unreadable(payload: bytes) -> None:
    assert judged(payload) == ["unreadable"]


@pytest.mark.parametrize("fields", payloads.AWRY, ids=lambda fields: ascii(fields)[:40])
@pytest.mark.parametrize("escaped", [True, False])
def test_what_breaks_a_rule_is_invalid(fields: dict[str, Any], escaped: bool) -> None:
    assert judged(json.dumps({**EVENT.fields(), **fields}, ensure_ascii=escaped).encode()) == ["invalid"]


@pytest.mark.parametrize(("tag", "counted"), payloads.TAGS, ids=ascii)
def test_odd_hashtags_count_under_their_normal_form(tag: str, counted: str) -> None:
    [event] = judged(json.dumps({**EVENT.fields(), "hashtags": [tag]}).encode())
    assert isinstance(event, ValidEvent)
    assert list(event.hashtags) == [counted]


@pytest.mark.parametrize("extra", payloads.EXTRAS, ids=range(len(payloads.EXTRAS)))
def test_fields_that_nobody_knows_are_passed_over(extra: str) -> None:
    assert isinstance(judged(f"{json.dumps(EVENT.fields())[:-1]}{extra}}}".encode())[0], ValidEvent)


def test_odd_events_are_what_is_said_of_them() -> None:
    chance = Random(1)
    for _ in range(300):
        data, content = payloads.odd_event(chance, EVENT)
        [event] = judged(data)
        assert isinstance(content, Sent)
        assert isinstance(event, ValidEvent)
        assert (event.author, event.lang, tuple(event.hashtags)) == (content.author, content.lang, content.hashtags)
        assert content.event_id in (None, event.event_id)


@pytest.mark.parametrize("make", records.ODD, ids=range(len(records.ODD)))
def test_odd_aggregates_hold_what_was_put_into_them(make: Callable[[list[bytes]], bytes]) -> None:
    assert judged(records._sealed(make([b"[]", b"{}"]))) == ["unreadable", "invalid"]


@pytest.mark.parametrize("make", records.WRONG, ids=range(len(records.WRONG)))
def test_wrong_aggregates_fail_as_a_whole_though_their_checksum_is_right(make: Callable[[list[bytes]], bytes]) -> None:
    assert judged(records._sealed(make([b"[]", b"{}"]))) == [DAMAGED]


def test_records_hold_what_is_said_of_them() -> None:
    chance = Random(2)
    kinds = set()
    for _ in range(300):
        record = hostile_record(chance, [(b"[]", "unreadable"), (b"{}", "invalid")])
        assert judged(record.data) == [content for _, content in record.payloads]
        kinds.add(tuple(content for _, content in record.payloads))
    assert kinds == {("unreadable",), ("unreadable", "invalid"), (DAMAGED,)}
