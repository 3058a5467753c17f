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
    assert state.cooling(RIVERS, T0 + 900, RULES)
    assert not state.cooling(RIVERS, T0 + 901, RULES)


def test_the_shortest_cool_down_lasts_while_the_value_stays_abnormal() -> None:
    rules = Rules(("hashtag",), cool_down_minutes=1)
    state = AlertsState().after(T0, [RIVERS], [alert()], rules)
    assert state.cooling(RIVERS, T0 + 60, rules)
    state = state.after(T0 + 60, [RIVERS], [], rules)
    assert state.cooling(RIVERS, T0 + 120, rules)
    assert not state.cooling(RIVERS, T0 + 180, rules)


def test_what_was_abnormal_and_raised_no_alert_does_not_cool_down() -> None:
    state = AlertsState().after(T0, [RIVERS], [], RULES)
    assert not state.cooling(RIVERS, T0 + 60, RULES)


def test_a_clock_that_was_ahead_keeps_no_value_silent() -> None:
    state = AlertsState().after(T0 + 86_400, [], [alert(end=T0 + 86_400)], RULES)
    assert not state.cooling(RIVERS, T0, RULES)
    assert state.after(T0, [], [], RULES).abnormal == {}


def test_what_has_cooled_down_is_forgotten() -> None:
    assert raised().after(T0 + 600, [], [], RULES).abnormal == {RIVERS: T0}
    assert raised().after(T0 + 660, [], [], RULES).abnormal == {}


def test_published_alerts_leave_and_the_others_wait() -> None:
    state = raised().after(T0 + 60, [], [alert("lakes")], RULES)
    assert state.without({alert().id}).outbox == (alert("lakes"),)


def test_there_is_room_for_as_many_abnormal_values_as_an_item_holds() -> None:
    state = AlertsState().after(T0, [], [alert(f"tag-{at}") for at in range(MOST_ABNORMAL - 1)], RULES)
    assert (state.room(T0 + 600, RULES), state.room(T0 + 601, RULES)) == (1, MOST_ABNORMAL)


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
