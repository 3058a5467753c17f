"""What alerts remember, and its form in the table."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.alerts.rules import Rules
from consumers.alerts.state import (
    FORMAT_VERSION,
    MOST_ABNORMAL,
    MOST_WAITING,
    AlertsState,
    StateFormatError,
    decode_state,
    encode_state,
)
from consumers.tables import ALERTS_STATE
from tests.unit.consumers.alerts.making import T0, alert

RULES = Rules(("hashtag",), cool_down_minutes=10)
RIVERS = ("hashtag", "rivers")


def raised() -> AlertsState:
    return AlertsState().after(T0, [RIVERS], [alert()], RULES)


def test_a_raised_alert_waits_and_cools_down() -> None:
    state = raised()
    assert (state.judged, state.outbox) == (T0, (alert(),))
    assert state.cooling(RIVERS, T0 + 60, RULES)
    assert not state.cooling(("hashtag", "lakes"), T0 + 60, RULES)
    assert not state.cooling(("lang", "rivers"), T0 + 60, RULES)


def test_the_cool_down_begins_anew_while_the_value_stays_abnormal() -> None:
    state = raised().after(T0 + 300, [RIVERS], [], RULES)
    assert state.cooling(RIVERS, T0 + 899, RULES)
    assert not state.cooling(RIVERS, T0 + 900, RULES)


def test_what_was_abnormal_and_raised_no_alert_does_not_cool_down() -> None:
    state = AlertsState().after(T0, [RIVERS], [], RULES)
    assert not state.cooling(RIVERS, T0 + 60, RULES)


def test_what_has_cooled_down_is_forgotten() -> None:
    assert raised().after(T0 + 600, [], [], RULES).abnormal == {}


def test_published_alerts_leave_and_the_others_wait() -> None:
    state = raised().after(T0 + 60, [], [alert("lakes")], RULES)
    assert state.without({alert().id}).outbox == (alert("lakes"),)


def test_more_abnormal_values_than_an_item_holds_are_forgotten_oldest_first() -> None:
    state = AlertsState()
    for at in range(MOST_ABNORMAL + 1):
        state = state.after(T0 + at, [], [alert(f"tag-{at}", end=T0 + at)], RULES)
    assert len(state.abnormal) == MOST_ABNORMAL
    assert ("hashtag", "tag-0") not in state.abnormal
    assert state.full


NAMES = st.text(min_size=1, max_size=100)


@given(st.lists(NAMES, max_size=5), st.dictionaries(st.tuples(st.just("hashtag"), NAMES), st.integers(0, 2**33)))
def test_the_item_reads_as_it_was_written(values: list[str], abnormal: dict[tuple[str, str], int]) -> None:
    state = AlertsState(7, T0, tuple(map(alert, values)), abnormal)
    assert decode_state(encode_state(state, 1)) == state


def test_the_largest_state_fits_an_item() -> None:
    # Names that do not shrink: characters of four bytes, each another.
    names = [
        "".join(chr(0x10000 + (number * 7919 + at * 104_729) % 0x10000) for at in range(100)) for number in range(600)
    ]
    abnormal = {("hashtag", name): T0 for name in names[:MOST_ABNORMAL]}
    item = encode_state(AlertsState(1, T0, tuple(map(alert, names[:MOST_WAITING])), abnormal), 1)
    assert len(item["s"]["B"]) < 399_000


def item(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - attributes of any form
    return {**encode_state(raised(), T0), **changes}


def test_the_item_has_its_key_version_and_expiry() -> None:
    assert (item()["bucket"], item()["start"]) == ({"S": ALERTS_STATE.bucket}, {"S": ALERTS_STATE.start})
    assert (item()["v"], item()["x"]) == ({"N": str(FORMAT_VERSION)}, {"N": str(T0)})


def test_a_newer_state_asks_for_newer_code() -> None:
    with pytest.raises(StateFormatError, match="format version 2, this code reads 1: deploy newer code"):
        decode_state(item(v={"N": "2"}))


@pytest.mark.parametrize("changes", [{"s": {"B": b"x"}}, {"j": {"N": "None"}}, {"r": {"S": "1"}}])
def test_a_damaged_state_says_what_to_do(changes: dict[str, Any]) -> None:
    with pytest.raises(StateFormatError, match=r"delete the item \('alerts', 'state'\) of the trends table"):
        decode_state(item(**changes))
