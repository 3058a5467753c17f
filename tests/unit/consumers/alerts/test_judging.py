"""What is found in minutes."""

from consumers.alerts.alert import Severity
from consumers.alerts.judging import MOST_CANDIDATES, Finding, candidates, judge, unusual_then
from consumers.alerts.rules import PAST_WINDOWS, Rules
from consumers.schedule import DAY
from tests.unit.consumers.alerts.making import T0, minute, minutes

RULES = Rules(("hashtag",), window_minutes=1, least_count=10)
USUAL = {"rivers": 5, "lakes": 100, "seas": 100}


def found(*newest: dict[str, int], rules: Rules = RULES, past: dict[str, int] | None = None) -> list[Finding]:
    """Judge the last of some minutes that follow a usual past."""
    usual = USUAL if past is None else past
    return judge(T0, minutes(T0, *[usual] * (PAST_WINDOWS * rules.window_minutes), *newest), rules)


def test_nothing_is_found_where_nothing_rises() -> None:
    assert found(USUAL) == []
    assert found({"rivers": 4, "lakes": 110, "seas": 95}) == []


def test_a_value_that_rises_is_found_with_all_that_is_told_of_it() -> None:
    ((alert, _, rest, by_minute),) = found({**USUAL, "rivers": 80})
    assert (alert.dimension, alert.value, alert.start, alert.end) == ("hashtag", "rivers", T0 - 60, T0)
    assert (alert.count, round(alert.usual, 6), alert.since, alert.new) == (80, 5, T0 - 60, False)
    assert alert.severity is Severity.HIGH
    assert (rest, by_minute) == (200, {T0 - 60: 80})


def test_what_was_never_seen_is_new() -> None:
    ((alert, *_),) = found({**USUAL, "brooks": 40})
    assert (alert.value, alert.usual, alert.new) == ("brooks", 0, True)


def test_too_few_are_no_alert_whatever_their_score() -> None:
    assert found({**USUAL, "brooks": 40}, rules=Rules(("hashtag",), window_minutes=1, least_count=41)) == []


def test_growth_that_all_share_is_no_alert() -> None:
    assert found({value: 4 * count for value, count in USUAL.items()}) == []
    assert [each.alert.value for each in found({"rivers": 20, "lakes": 400, "seas": 2_000})] == ["seas"]


def test_a_standstill_before_is_no_reason_for_alerts() -> None:
    busy = {f"tag-{number}": 50 for number in range(100)}
    assert found(busy, past={}) == []
    assert found(busy, past={"tag-1": 1}) == []


def test_a_dimension_of_one_value_raises_no_alert() -> None:
    alone = {"bluesky": 10_000}
    assert found({"bluesky": 17_500}, past=alone) == []
    assert found(*[{"bluesky": 100}] * 7, alone, past=alone) == []


def test_a_value_that_is_nearly_all_there_is_raises_no_alert() -> None:
    assert found({"bluesky": 20_000, "x": 25}, past={"bluesky": 10_000, "x": 25}) == []
    assert found(*[{"bluesky": 100}] * 7, {"bluesky": 10_000, "x": 25}, past={"bluesky": 10_000, "x": 25}) == []


def test_a_value_that_becomes_nearly_all_there_is_raises_one() -> None:
    (finding,) = found({"rivers": 5_000, "lakes": 50}, past={"rivers": 50, "lakes": 50})
    assert finding.alert.value == "rivers"


def test_the_end_of_a_standstill_at_low_volume_raises_no_alert() -> None:
    few = {"rivers": 60, "lakes": 30, "seas": 30}
    assert found(*[{"lakes": 1}] * 7, few, past=few) == []
    assert found(*[{"lakes": 1, "seas": 1}] * 7, few, past=few) == []


def test_what_has_next_to_nothing_beside_it_is_not_judged() -> None:
    assert found({"rivers": 60, "lakes": 19}, past={"lakes": 19}) == []
    assert len(found({"rivers": 60, "lakes": 20}, past={"lakes": 20})) == 1


def test_a_stack_that_has_just_begun_is_silent() -> None:
    assert judge(T0, minutes(T0, *[USUAL] * 4, {**USUAL, "rivers": 500}), RULES) == []


def test_values_of_a_dimension_that_nobody_watches_are_let_be() -> None:
    rules = Rules(("lang", "kind"), window_minutes=1, least_count=10)
    assert found({**USUAL, "rivers": 500}, rules=rules) == []


def test_the_highest_score_comes_first() -> None:
    values = [each.alert.value for each in found({**USUAL, "brooks": 40, "rivers": 300, "ponds": 50})]
    assert values == ["rivers", "ponds", "brooks"]


def test_a_window_of_several_minutes_says_since_when_it_rises() -> None:
    rules = Rules(("hashtag",), window_minutes=5, least_count=10)
    usual = {"lakes": 100, "rivers": 4}
    ((alert, *_),) = found(
        usual, usual, {**usual, "rivers": 60}, {**usual, "rivers": 90}, usual, rules=rules, past=usual
    )
    assert (alert.count, alert.start, alert.end, alert.since) == (162, T0 - 300, T0, T0 - 180)


def test_the_number_of_values_judged_is_bounded() -> None:
    crowd = {f"tag-{number:05}": 10 + number for number in range(3 * MOST_CANDIDATES)}
    judged = candidates("hashtag", T0, {T0 - 60: minute(crowd)}, RULES)
    assert len(judged) == MOST_CANDIDATES
    assert min(judged.values()) == 10 + 2 * MOST_CANDIDATES


def at_this_time_yesterday(then: dict[str, int], count: int = 80) -> Finding | None:
    (finding,) = found({**USUAL, "rivers": count})
    end = T0 - DAY
    return unusual_then(finding, (end - 60, end, end + 60), minutes(end + 60, USUAL, then, USUAL), RULES)


def test_what_rises_every_day_at_this_time_is_no_alert() -> None:
    assert at_this_time_yesterday({**USUAL, "rivers": 75}) is None


def test_what_rises_further_than_yesterday_is_one_and_says_so() -> None:
    finding = at_this_time_yesterday({**USUAL, "rivers": 75}, count=400)
    assert finding is not None
    assert round(finding.alert.usual) == 75
    assert 6 <= finding.alert.score < found({**USUAL, "rivers": 400})[0].alert.score


def test_what_was_counted_yesterday_is_not_new() -> None:
    (finding,) = found({**USUAL, "brooks": 80})
    assert finding.alert.new
    for brooks in (1, 20):
        then = unusual_then(finding, (T0 - DAY,), minutes(T0 - DAY, {**USUAL, "brooks": brooks}), RULES)
        assert then is not None
        assert not then.alert.new


def test_since_is_by_what_was_usual_yesterday_where_that_is_told() -> None:
    rules = Rules(("hashtag",), window_minutes=2, least_count=10)
    (finding,) = found({**USUAL, "rivers": 60}, {**USUAL, "rivers": 400}, rules=rules)
    assert finding.alert.since == T0 - 120
    then = unusual_then(finding, (T0 - DAY,), minutes(T0 - DAY, *[{**USUAL, "rivers": 60}] * 2), rules)
    assert then is not None
    assert (round(then.alert.usual), then.alert.since) == (120, T0 - 60)


def test_a_day_on_which_it_did_not_rise_or_nothing_was_counted_changes_nothing() -> None:
    (finding,) = found({**USUAL, "rivers": 80})
    assert at_this_time_yesterday(USUAL) == finding
    assert unusual_then(finding, (T0 - DAY,), {}, RULES) == finding
