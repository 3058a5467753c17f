"""Exceptions from anywhere, as Ctrl-C raises them, in the midst of taking events: they cost no other event."""

import gc
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from penstock.aggregation import UserRecord
from penstock.compiled import COMPILED
from penstock.delivery.completion import Completion
from penstock.delivery.receipts import Receipts
from tests.unit.penstock.delivery.fake_stream import MIB
from tests.unit.penstock.delivery.hand_shell import Fate, HandShell

# Compiled functions begin and return unseen, and signals do not strike there: only in what they call.
FEWEST = 0 if COMPILED else 5


def interrupted(act: Callable[[], object], at: int) -> bool:
    """Do something until functions have so often begun or returned, which is where signals strike."""
    left = at

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal left
        left -= event != "c_call"  # between its arguments and a function in C, there is no stop
        if left < 0:
            raise KeyboardInterrupt

    former = sys.getprofile()
    gc.disable()  # whose finalizers would swallow it
    sys.setprofile(count)
    try:
        act()
        left = sys.maxsize
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(former)
        gc.enable()
    return False


def add(data: bytes, key: str = "key", explicit: str | None = None) -> Callable[[HandShell], object]:
    return lambda shell: shell.core.add(key, explicit, data)


@pytest.mark.parametrize(
    ("act", "options"),
    [
        (add(b"into an open aggregate"), {}),
        (add(b"of a new key", "new key"), {}),
        (add(b"of another kind", explicit="1"), {}),
        (add(bytes(1500)), {"aggregate_bytes": 2000}),  # ends an aggregate and begins another
        (add(bytes(1500), explicit="1"), {"aggregate_bytes": 2000, "ordered": True}),
        (add(bytes(3000)), {"aggregate_bytes": 2000, "ordered": True, "time_to_live_seconds": 3600}),  # alone
        (add(bytes(MIB + 1)), {"max_record_bytes": MIB}),
        (add(b"by itself"), {"aggregate": False, "when_full": "drop_oldest"}),
        (add(b"before the shards are known"), {"listed": False}),
        (add(b"the first", "new key"), {"listed": False, "before": 0, "ordered": True}),
    ],
)
def test_an_event_that_is_interrupted_costs_no_other(
    act: Callable[[HandShell], object], options: dict[str, Any]
) -> None:
    at = 0
    while check(act, at, **options):
        at += 1
    assert at > FEWEST


@pytest.mark.parametrize("options", [{}, {"aggregate_bytes": 1000}, {"aggregate": False}])
def test_many_events_that_are_interrupted_cost_no_other(options: dict[str, Any]) -> None:
    events = [UserRecord(f"key-{n % 3}", "1" if n == 5 else None, b"%d" % n * 50) for n in range(8)]
    at = 0
    while True:
        receipts = Receipts()
        strikes = check(lambda shell, receipts=receipts: shell.core.add_many(events, receipts), at, **options)  # type: ignore[misc]  # a default is how a loop's value is kept
        fates = [Fate(completion, index) for completion, index in noted(receipts)]
        assert all(fate.result for fate in fates)
        if not strikes:
            break
        at += 1
    assert len(fates) == len(events)
    assert at > 4 * FEWEST


def test_what_gives_way_to_others_has_an_outcome_also_if_that_is_interrupted() -> None:
    at = 0
    while check(lambda shell: shell.core.make_room(8 * MIB - 2060), at, all_arrive=False, when_full="drop_oldest"):
        at += 1
    assert at > FEWEST


def noted(receipts: Receipts) -> list[tuple[Completion, int]]:
    return list(zip(receipts.completions, receipts.indexes, strict=True))


def check(
    act: Callable[[HandShell], object],
    at: int,
    *,
    before: int = 3,
    all_arrive: bool = True,
    **options: Any,  # noqa: ANN401 - ProducerConfig's, each of its own type
) -> bool:
    """Interrupt what a core does, and see that it works as before; tell whether there was something to interrupt."""
    shell = HandShell(**{"buffer_bytes": 8 * MIB, "rate_limit_percent": None, **options})
    fates = [shell.put("key", b"before %d" % n) for n in range(before)]
    strikes = interrupted(lambda: act(shell), at)
    assert shell.core.urgent or not strikes or not before or shell.core.wake_at() is not None
    fates += [shell.put("key", b"after %d" % n) for n in range(3)]
    shell.flush()
    for _ in range(3):  # the listing, what waited for it, and what was held back
        shell.answer_all()
        shell.wait(60)
    assert all(fate.outcome for fate in fates)
    if all_arrive:
        assert all(fate.result for fate in fates)
        arrived = Counter(event.data for event in shell.stream.events)
        assert [
            arrived[b"%s %d" % (when, n)]
            for when, number in ((b"before", before), (b"after", 3))
            for n in range(number)
        ] == [1] * len(fates)
        assert set(arrived.values()) == {1}
    done = shell.core.statistics()
    assert (done.user_records_pending, done.buffered_bytes, done.calls_in_flight) == (0, 0, 0)
    assert done.user_records_received == done.user_records_put + done.user_records_failed
    return strikes
