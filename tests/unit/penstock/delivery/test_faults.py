"""Random runs: whatever goes wrong, every event has an outcome, and what the options promise holds."""

from collections import Counter
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from penstock.aggregation import UserRecord
from tests.unit.penstock.delivery.fake_stream import MIB
from tests.unit.penstock.delivery.random_run import RandomRun
from tests.unit.penstock.delivery.readers import everything, its_own, read_in_order, whole


def check(run: RandomRun) -> None:
    config = run.config
    assert all(fate.outcome is not None for fate in run.fates)
    assert not Counter(run.acknowledged) - Counter(run.stream.events)
    if config.resend_misrouted:
        assert not Counter(run.acknowledged) - Counter(run.stream.events_for_kcl)
    possible = {
        "ThrottledError": config.fail_if_throttled,
        "ExpiredError": config.time_to_live_seconds is not None,
        "DroppedError": config.when_full == "drop_oldest",
        "RequestRefusedError": run.poison > 0,
    }
    assert {kind for kind in run.failures if not possible[kind]} == set()
    check_books(run)
    if config.ordered:
        check_order(run)
    if not run.resharding:
        check_rates(run)


def check_books(run: RandomRun) -> None:
    statistics = run.core.statistics()
    assert statistics.user_records_received == len(run.put)
    assert statistics.user_records_put == len(run.acknowledged)
    assert statistics.user_records_failed == run.failures.total()
    assert statistics.user_records_pending == statistics.buffered_bytes == 0


def check_order(run: RandomRun) -> None:
    numbers = {event: number for number, event in enumerate(run.put)}
    acknowledged = set(run.acknowledged)
    if run.config.resend_misrouted or not run.resharding:
        seen = read_in_order(run.stream, everything, run.random)
        check_first_occurrences([event for event in seen if event in acknowledged], numbers)
    if run.config.resend_misrouted:
        for reader in (its_own, whole):
            check_first_occurrences(read_in_order(run.stream, reader, run.random), numbers)


def check_first_occurrences(seen: list[UserRecord], numbers: dict[UserRecord, int]) -> None:
    last: dict[tuple[str, str | None], int] = {}
    for event in dict.fromkeys(seen):
        key = event.partition_key, event.explicit_hash_key
        assert numbers[event] > last.get(key, -1), f"{key} is out of order"
        last[key] = numbers[event]


def check_rates(run: RandomRun) -> None:
    if run.config.rate_limit_percent is None:
        return
    share = run.config.rate_limit_percent / 100
    for sent in run.sent.values():
        check_rate([(at, 1) for at, _ in sent], rate=1000 * share, burst=1000 * min(share, 1))
        check_rate(sent, rate=MIB * share, burst=MIB * min(share, 1))


def check_rate(sent: list[tuple[float, int]], *, rate: float, burst: float) -> None:
    """Check that in any time t at most ``rate * t + burst`` was sent, and what the largest exceeds the burst by."""
    level, last = burst, 0.0
    for at, amount in sent:
        level = min(burst, level + rate * (at - last))
        last = at
        assert level > min(amount, burst) - 1e-6 * burst
        level -= amount


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32))
def test_every_event_has_an_outcome_and_what_the_options_promise_holds(seed: int) -> None:
    run = RandomRun(seed)
    run.go(events=80)
    check(run)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32))
@example(1625458)  # shards merge and split again around a record that is repeated, and lands beside its keys' shard
def test_every_event_arrives_if_nothing_may_be_given_back(seed: int) -> None:
    run = RandomRun(seed, fail_if_throttled=False, time_to_live_seconds=None, when_full="wait")
    run.poison = 0.0
    run.go(events=80)
    check(run)
    assert run.acknowledged == run.put


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_sent_twice_when_nothing_goes_wrong(seed: int) -> None:
    run = RandomRun(seed, time_to_live_seconds=None, when_full="wait", rate_limit_percent=None)
    run.faults = run.resharding = run.poison = 0.0
    run.sizes = [0, 10, 100, 1000]
    run.go(events=1000)
    check(run)
    assert Counter(run.stream.events) == Counter(run.put)


def test_the_readers_notice_what_is_out_of_order() -> None:
    run = RandomRun(1, ordered=False, aggregate=False, resend_misrouted=True, rate_limit_percent=None)
    numbers = {UserRecord("a", None, bytes([n])): n for n in range(3)}
    first, second, third = numbers
    with pytest.raises(AssertionError):
        check_first_occurrences([first, third, second], numbers)
    check_first_occurrences([first, second, first, third], numbers)
    assert read_in_order(run.stream, everything, Random(1)) == []
