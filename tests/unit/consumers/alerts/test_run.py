"""Runs: one alert for what rises, whatever comes again, ends midway or changes afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count as counting

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.alerts.alert import Alert
from consumers.alerts.run import GIVE_UP_SECONDS, MOST_RAISED, OUTBOX_SECONDS, RESERVE_SECONDS, Report
from consumers.alerts.state import MOST_WAITING
from consumers.schedule import DAY, HOUR, MINUTE
from consumers.tables import hidden_key
from consumers.trends.errors import NewerTrendsFormatError
from consumers.trends.state import Mark
from simulation.services.faults import Fault
from simulation.services.service import client_error
from tests.unit.consumers.alerts.world import RULES, START, KilledError, World
from tests.unit.consumers.simulated_tables import TRENDS_TABLE

USUAL = {"rivers": 5, "lakes": 60, "seas": 60}
SURGE = {**USUAL, "rivers": 90}
QUIET = 12
"""Minutes before anything happens."""


def world(*minutes: dict[str, int]) -> World:
    """Return a world with a usual past, and what is counted after it."""
    made = World()
    for minute, hashtags in enumerate([USUAL] * QUIET + list(minutes)):
        made.count(minute, hashtags)
    return made


def play(made: World, minutes: int, first: int = QUIET - 1) -> list[Alert]:
    """Run once a minute; return what was published."""
    for minute in range(first, first + minutes):
        made.run(minute)
    return made.topic.published


def test_a_surge_is_published_once_while_it_lasts() -> None:
    made = world(USUAL, SURGE, SURGE, SURGE, USUAL)
    (alert,) = play(made, 6)
    assert (alert.value, alert.count, alert.end) == ("rivers", 90, START + (QUIET + 2) * MINUTE)
    assert made.state.outbox == ()


def test_nothing_is_published_where_nothing_happens() -> None:
    made = world(*[USUAL] * 5)
    assert play(made, 6) == []
    assert made.state.judged == START + (QUIET + 5) * MINUTE


def test_a_stack_without_trends_or_without_dimensions_does_nothing() -> None:
    made = World()
    assert made.run_now().windows == 0
    idle = World(replace(RULES, dimensions=()))
    assert (idle.run(5).windows, idle.state.revision) == (0, 0)


def test_the_same_value_is_published_again_once_it_has_cooled_down() -> None:
    made = world(SURGE, *[USUAL] * 5, SURGE)
    first, second = play(made, 8)
    assert (first.value, second.value) == ("rivers", "rivers")
    assert second.end - first.end == 6 * MINUTE
    assert first.id != second.id


def test_what_came_back_within_the_cool_down_is_not_published() -> None:
    assert len(play(world(SURGE, *[USUAL] * 3, SURGE), 6)) == 1


def test_what_is_hidden_raises_no_alert_and_takes_no_others_place() -> None:
    made = World()
    tags = [f"tag{number}" for number in range(MOST_RAISED + 2)]
    for minute in range(QUIET):
        made.count(minute, {"lakes": 500})
    made.count(QUIET, {"lakes": 500} | dict.fromkeys(tags, 50))
    made.hide(*tags[:2])
    play(made, 1)
    report = made.run(QUIET)
    assert {alert.value for alert in made.topic.published} == set(tags[2:])
    assert (report.raised, report.hidden, report.left_out) == (MOST_RAISED, 2, 0)


def test_an_alert_that_waits_is_not_published_once_its_value_is_hidden() -> None:
    made = world(SURGE, USUAL)
    made.topic.before = lambda: "refused"
    play(made, 2)
    assert [alert.value for alert in made.state.outbox] == ["rivers"]
    made.topic.before = lambda: "answered"
    made.hide("rivers")
    report = made.run(QUIET + 1)
    assert (made.topic.published, made.state.outbox, report.hidden, report.waiting) == ([], (), 1, 0)


def test_what_is_hidden_is_looked_up_again_right_before_publishing() -> None:
    made = world(SURGE)
    play(made, 1)
    puts = counting()

    def hide_while_judging(operation: str) -> None:
        if operation == "PutItem" and next(puts) == 0:  # the alert is decided
            made.hide("rivers")

    made.tables.after_call = hide_while_judging
    assert made.run(QUIET).hidden == 1
    assert made.topic.published == []


def test_nothing_is_published_where_it_is_not_known_what_is_hidden() -> None:
    made = world(SURGE)
    play(made, 1)
    item = {**hidden_key("hashtag").attributes, "v": {"N": "99"}}
    made.tables.load(TRENDS_TABLE, [item])
    with pytest.raises(NewerTrendsFormatError):
        made.run(QUIET)
    assert made.topic.published == []


def test_late_events_and_rewritten_items_raise_nothing_again() -> None:
    made = world(SURGE, *[USUAL] * 15)
    assert len(play(made, 2)) == 1
    for minute in range(QUIET + 1, QUIET + 15):
        made.correct(QUIET, {"rivers": 40, "lakes": 1})
        made.run(minute)
        made.cold()
    assert len(made.topic.published) == 1


def test_late_events_of_an_hour_ago_are_no_surge_now() -> None:
    made = world(*[USUAL] * 10)
    play(made, 2)
    made.correct(2, {"rivers": 500})
    assert play(made, 8, QUIET + 1) == []


def test_runs_that_did_not_happen_are_made_up_for() -> None:
    made = world(USUAL, SURGE, *[USUAL] * 5)
    made.run(QUIET)
    report = made.run(QUIET + 5)
    assert report.windows == 5
    assert [alert.end for alert in made.topic.published] == [START + (QUIET + 2) * MINUTE]


def test_what_rises_every_day_at_this_time_is_not_published() -> None:
    made = world(SURGE)
    for minute in range(QUIET - 3, QUIET + 3):
        made.count(minute - DAY // MINUTE, SURGE if minute == QUIET else USUAL)
    report = made.run(QUIET)
    assert (report.usual_then, made.topic.published) == (1, [])


def test_a_flood_is_cut_and_told_and_goes_on() -> None:
    crowd = {f"tag-{number:03}": 40 + number for number in range(MOST_RAISED + 15)}
    made = world({**USUAL, **crowd}, {**USUAL, **crowd})
    for minute in range(QUIET + 2):
        made.correct(minute, {"lakes": 1_000})  # or else it would look like the end of a standstill
    report = made.run(QUIET)
    assert (report.raised, report.left_out) == (MOST_RAISED, 15)
    assert {alert.value for alert in made.topic.published} == {f"tag-{number:03}" for number in range(15, 35)}
    assert made.run(QUIET + 1).raised == 15


def test_a_flood_tells_of_no_value_twice_within_its_cool_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.alerts.state.MOST_ABNORMAL", 50)
    crowd = {f"tag-{number:03}": 40 + number for number in range(90)}
    made = world(*[{**USUAL, **crowd}] * 5)
    for minute in range(QUIET + 5):
        made.correct(minute, {"lakes": 1_000})
    told = [alert.value for alert in play(made, 6)]
    assert len(told) == len(set(told)) == 50


def refuse(made: World, calls: int, how: str = "refused") -> None:
    """Have the topic refuse the next calls."""
    answers = iter([how] * calls)
    made.topic.before = lambda: next(answers, "answered")


def test_what_can_not_be_published_waits_and_comes_with_the_same_id() -> None:
    made = world(SURGE, USUAL, USUAL)
    refuse(made, 2)
    first, second = made.run(QUIET), made.run(QUIET + 1)
    assert (len(first.errors), first.waiting, len(second.errors), second.waiting) == (1, 1, 1, 1)
    (waiting,) = made.state.outbox
    third = made.run(QUIET + 2)
    assert third.published == [waiting]
    assert made.state.outbox == ()


def test_a_topic_that_is_down_is_not_tried_for_everything() -> None:
    made = world({**USUAL, **{f"tag-{number}": 40 for number in range(10)}}, USUAL)
    refuse(made, 1_000)
    assert len(made.run(QUIET).errors) == 1
    report = made.run(QUIET + 1)
    assert (len(report.errors), report.waiting, report.windows) == (1, 10, 1)


def spend(made: World, seconds: float, what: str) -> None:
    """Have each call of the topic take so long."""

    def before() -> str:
        made.left -= seconds
        return what

    made.topic.before = before


def test_a_topic_that_hangs_leaves_the_time_to_judging() -> None:
    made = world({**USUAL, **{f"tag-{number}": 40 for number in range(10)}}, *[USUAL] * 3)
    spend(made, 4, "hung")
    for minute in range(QUIET, QUIET + 4):
        report = made.run(minute)
        assert (len(report.errors), report.waiting, report.windows) == (1, 10, 1)
        assert made.left > RESERVE_SECONDS


def test_a_slow_topic_gets_part_of_the_time_before_judging_and_none_of_the_reserve() -> None:
    made = world({**USUAL, **{f"tag-{number}": 40 for number in range(20)}}, USUAL)
    made.run(QUIET, time_left=RESERVE_SECONDS - 1)
    spend(made, 3, "answered")
    read: list[float] = []

    def watch(operation: str) -> Fault:
        if operation == "Query":
            read.append(made.left)
        return Fault.NONE

    made.tables.before_call = watch
    report = made.run(QUIET + 1)
    assert read[0] >= 55 - OUTBOX_SECONDS - 3
    assert len(report.published) == (55 - RESERVE_SECONDS) // 3 + 1
    assert made.left > RESERVE_SECONDS - 4


def test_a_run_with_little_time_leaves_windows_to_the_next() -> None:
    made = world(*[USUAL] * 5)
    made.run(QUIET - 1)
    assert made.run(QUIET + 4, time_left=RESERVE_SECONDS - 1).windows == 1
    assert made.state.judged == START + (QUIET + 1) * MINUTE
    assert made.run(QUIET + 4).windows == 4


def test_alerts_that_are_never_taken_block_no_other() -> None:
    made = world({**USUAL, **{f"tag-{number}": 40 for number in range(10)}}, SURGE)
    refuse(made, 4, "never taken")
    report = made.run(QUIET)
    assert (len(report.errors), report.given_up, len(report.published), report.waiting) == (4, 4, 6, 0)
    assert made.state.outbox == ()
    assert [alert.value for alert in made.run(QUIET + 1).published] == ["rivers"]


def test_an_alert_that_can_not_be_published_in_time_is_given_up() -> None:
    made = world(SURGE)
    refuse(made, 1_000)
    made.run(QUIET)
    made.now += GIVE_UP_SECONDS
    report = made.run_now()
    assert (report.given_up, report.waiting, made.state.outbox) == (1, 0, ())


def test_an_old_alert_is_not_published_as_news_once_the_topic_is_back() -> None:
    made = world(SURGE)
    refuse(made, 1)
    made.run(QUIET)
    made.now += GIVE_UP_SECONDS
    report = made.run_now()
    assert (report.given_up, report.published, report.errors) == (1, [], [])


def test_with_a_full_outbox_judging_goes_on_and_the_oldest_alerts_are_dropped() -> None:
    surges = [
        {**USUAL, **{f"tag-{minute}-{number}": 40 for number in range(MOST_RAISED)}}
        for minute in range(MOST_WAITING // MOST_RAISED + 1)
    ]
    made = world(*surges, USUAL)
    refuse(made, 10_000)
    given_up = sum(made.run(QUIET + minute).given_up for minute in range(len(surges)))
    assert (given_up, len(made.state.outbox)) == (MOST_RAISED, MOST_WAITING)
    made.topic.before = lambda: "answered"
    report = made.run(QUIET + len(surges))
    assert (report.windows, report.waiting) == (1, 0)
    assert {alert.value for alert in report.published} == {value for surge in surges[1:] for value in surge} - set(
        USUAL
    )


def test_what_was_published_is_told_even_if_the_trends_can_not_be_read() -> None:
    made = world(SURGE, USUAL)
    refuse(made, 1)
    made.run(QUIET)
    queries = counting()  # the first asks what is hidden
    made.tables.before_call = lambda operation: (
        Fault.THROTTLED if operation == "Query" and next(queries) else Fault.NONE
    )
    made.now += MINUTE
    made.trends.raise_mark(Mark.NEWEST_ARRIVAL, int(made.now * 1000))
    report = Report()
    with pytest.raises(type(client_error("x", "y"))):
        made.alerts.run(report, lambda: 55.0)
    assert (len(report.published), report.waiting) == (1, 0)


def test_a_run_without_time_decides_and_leaves_the_publishing_to_the_next() -> None:
    made = world(SURGE, USUAL)
    report = made.run(QUIET, time_left=RESERVE_SECONDS - 1)
    assert (report.raised, report.waiting, made.topic.published) == (1, 1, [])
    assert len(made.run(QUIET + 1).published) == 1


def test_of_two_runs_at_once_one_decides() -> None:
    made = world(SURGE, USUAL)
    other = World.__new__(World)
    other.__dict__ |= made.__dict__
    other.cold()
    entered: list[str] = []

    def interfere(operation: str) -> Fault:
        if operation == "PutItem" and not entered:
            entered.append(operation)
            other.run(QUIET)
        return Fault.NONE

    made.tables.before_call = interfere
    report = made.run(QUIET)
    assert report.other_run
    assert len(made.topic.published) == 1


def test_a_failing_table_fails_the_run_and_loses_nothing() -> None:
    made = world(SURGE, USUAL)
    made.run(QUIET - 1)
    made.tables.before_call = lambda operation: Fault.THROTTLED if operation == "PutItem" else Fault.NONE
    with pytest.raises(type(client_error("x", "y"))):
        made.run(QUIET)
    assert made.topic.published == []
    made.tables.before_call = lambda _: Fault.NONE
    assert len(play(made, 1, QUIET + 1)) == 1


STORY = [SURGE, USUAL, {**SURGE, "brooks": 50}, {**USUAL, "brooks": 60}, *[USUAL] * 5, SURGE, USUAL]
EXPECTED = play(world(*STORY), len(STORY) + 1)
FATES = st.sampled_from(["answered"] * 6 + ["refused", "lost", "killed before", "killed after"])
FAULTS = st.sampled_from([Fault.NONE] * 12 + [fault for fault in Fault if fault is not Fault.NONE] + ["killed"] * 2)


def fated(fates: list[str]) -> Iterator[str]:
    yield from fates
    while True:
        yield "answered"


@settings(deadline=None, max_examples=25)
@given(st.lists(FATES, max_size=12), st.lists(FAULTS, max_size=100), st.lists(FAULTS, max_size=100))
def test_killed_anywhere_it_loses_no_alert_and_makes_up_no_other(
    fates: list[str], before: list[Fault | str], after: list[Fault | str]
) -> None:
    assert len(EXPECTED) == 3
    made = world(*STORY)
    made.run(QUIET - 1)  # a stack begins to watch with its first whole run
    published, asked, answered = fated(fates), iter(before), iter(after)

    def struck(operation: str) -> Fault:
        fault = next(asked, Fault.NONE)
        if isinstance(fault, str):
            raise KilledError(operation)
        return fault

    def killed(operation: str) -> None:
        if next(answered, Fault.NONE) == "killed":
            raise KilledError(operation)

    for minute in range(QUIET, QUIET + len(STORY) + 3):
        made.tables.before_call = made.tables.after_call = lambda _: Fault.NONE
        made.topic.before = lambda: "answered"
        if minute < QUIET + len(STORY):
            made.topic.before = lambda: next(published)
            made.now = START + (minute + 1) * MINUTE
            made.tables.before_call, made.tables.after_call = struck, killed
        try:
            made.run(minute)
        except (KilledError, ReadTimeoutError, type(client_error("x", "y"))):
            made.cold()
    assert set(made.topic.published) == set(EXPECTED)
    assert made.state.outbox == ()


def test_the_day_before_is_far_enough_from_the_hour_before() -> None:
    assert RULES.reach < DAY - HOUR
