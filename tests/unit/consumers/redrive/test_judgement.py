"""What would only fail again is held back, with what to do about it."""

import pytest

from consumers.failed_events import Reason
from consumers.redrive.fix_up import FixUp
from consumers.redrive.judgement import Held, Resend, judge
from penstock.aggregation import AggregateBuilder, partition_key_entry
from tests.unit.consumers.redrive.failures import ARRIVED_MS, a_failed_event, payload

DAY_MS = 86_400_000
WEEK = 7 * 86_400
RECORD_BYTES = 10_000


def verdict(data: bytes, *, fix_up: FixUp | None = None, days: int = 0, unchecked: bool = False) -> Resend | Held:
    return judge(
        a_failed_event(data=data),
        fix_up or FixUp(),
        now_ms=ARRIVED_MS + days * DAY_MS,
        dedup_seconds=WEEK,
        record_bytes=RECORD_BYTES,
        unchecked=unchecked,
    )


def test_what_counts_now_is_sent_with_its_partition_key() -> None:
    assert verdict(payload()) == Resend("ada", [payload()])


@pytest.mark.parametrize(
    ("data", "why", "advice"),
    [
        (b"{", Reason.UNREADABLE, "--fix"),
        (payload(lang="no language"), Reason.INVALID, "lang: String should match"),
        (payload(created_at="2026-12-21T09:30:00Z"), Reason.FUTURE, "send it later"),
        (payload(created_at="2026-11-01T09:30:00Z"), Reason.TOO_LATE, "raise DedupDays"),
    ],
)
def test_what_would_fail_again_is_held_back(data: bytes, why: Reason, advice: str) -> None:
    held = verdict(data)
    assert isinstance(held, Held)
    assert held.why == why
    assert advice in held.detail
    assert verdict(data, unchecked=True) == Resend("ada", [data])


def test_a_damaged_aggregate_is_held_back_as_what_it_is() -> None:
    builder = AggregateBuilder(limit=10_000)
    builder.add(partition_key_entry(b"ada"), payload())
    data = builder.build()[:-1]
    event = a_failed_event(reason=Reason.DAMAGED_AGGREGATE, data=data)
    held = judge(event, FixUp(), now_ms=ARRIVED_MS, dedup_seconds=WEEK, record_bytes=RECORD_BYTES)
    assert isinstance(held, Held)
    assert held.why == Reason.DAMAGED_AGGREGATE


def test_an_event_from_the_future_counts_when_its_time_has_come_and_until_the_horizon_is_over() -> None:
    soon = payload(created_at="2026-11-22T09:30:00Z")
    assert isinstance(verdict(soon), Held)
    assert isinstance(verdict(soon, days=1), Resend)
    assert isinstance(verdict(soon, days=9), Held)


def test_a_time_that_is_mended_counts_within_the_horizon() -> None:
    fix_up = FixUp.parse(["created_at=arrival"])
    late = payload(created_at="2026-11-01T09:30:00Z")
    assert isinstance(verdict(late, fix_up=fix_up, days=6), Resend)
    assert isinstance(verdict(late, fix_up=fix_up, days=8), Held)


def test_an_event_is_sent_whole_or_not_at_all() -> None:
    fix_up = FixUp.parse([], lambda _event: [{"author": "a"}, payload()], "f")
    assert isinstance(verdict(b"x", fix_up=fix_up), Held)


def test_what_no_record_can_hold_is_held_back_also_unchecked() -> None:
    large = payload(text="x" * RECORD_BYTES)
    for unchecked in (False, True):
        held = verdict(large, unchecked=unchecked)
        assert isinstance(held, Held)
        assert (held.why, "a record at most 10,000" in held.detail) == ("too_large", True)
    fitting = payload() + b" " * (RECORD_BYTES - len(payload()) - len("ada"))
    assert isinstance(verdict(fitting), Resend)
    assert isinstance(verdict(fitting + b" "), Held)


@pytest.mark.parametrize("key", ["", "k" * 257, "\ud800"])
def test_a_partition_key_that_kinesis_does_not_take_holds_the_event_back(key: str) -> None:
    event = a_failed_event(partition_key=key)
    held = judge(event, FixUp(), now_ms=ARRIVED_MS, dedup_seconds=WEEK, record_bytes=RECORD_BYTES)
    assert isinstance(held, Held)
    assert held.why == "no_key"


def test_a_fix_up_that_does_not_apply_holds_the_event_back() -> None:
    assert verdict(b"{", fix_up=FixUp.parse(["lang=und"])) == Held(
        "fix_up_refused", "it is no JSON object, so that no field of it can be set"
    )
    assert verdict(b"{", fix_up=FixUp.parse([], lambda _event: None, "f")) == Held(
        "left_alone", "f returned nothing to send"
    )
