"""What is read from strips is what a plain count says, whoever wrote them, when, and however far they got."""

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.schedule import DAY, HOUR, MINUTE
from consumers.tables import Level
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import AttributeMap
from consumers.views.strips import cutting
from reporting.windows import Span
from tests.unit.consumers.views.strips.world import BEGIN, World

VALUES = ["a", "b/c", "café", "d e", "%41", *(f"tag{number}" for number in range(20))]


@pytest.fixture(autouse=True)
def _small_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "STRIP_BYTES", 90)  # so that a few values are several strips


class Counted(NamedTuple):
    """Events of a minute, so many minutes before now."""

    ago: int
    tags: dict[str, int]
    lang: str


class Passed(NamedTuple):
    """Time that passes."""

    seconds: float


class Refreshed(NamedTuple):
    """A refresh of one environment, with an end or a whole refresh of the other before a write."""

    which: int
    at: int | None
    crashes: bool


class Noted(NamedTuple):
    """A note of a mere repeat."""

    ago: int


ago = st.one_of(st.integers(0, 3), st.integers(0, 70), st.integers(0, 30 * 60))
steps = st.lists(
    st.one_of(
        st.builds(
            Counted,
            ago,
            st.dictionaries(st.sampled_from(VALUES), st.sampled_from([1, 2, 255, 300, 70_000]), max_size=12),
            st.sampled_from(["en", "ja"]),
        ),
        st.builds(Passed, st.sampled_from([30.0, 150.0, 1_000.0, HOUR, 5 * HOUR, DAY, 3 * DAY])),
        st.builds(Refreshed, st.integers(0, 1), st.none() | st.integers(1, 25), st.booleans()),
        st.builds(Noted, ago),
    ),
    min_size=4,
    max_size=16,
)


def play(world: World, step: NamedTuple) -> None:
    """Do one step."""
    match step:
        case Counted():
            minute = Level.MINUTE.floor(world.now - step.ago * MINUTE)
            world.count(minute, {"hashtag": step.tags, "lang": {step.lang: 1}, "kind": {"post": 1}})
        case Noted():
            world.note(Level.MINUTE.floor(world.now - step.ago * MINUTE))
        case Passed():
            world.go_on(step.seconds)
            world.expire()
        case Refreshed(which, None, _):
            world.refresh(which)
        case Refreshed(which, int(at), True):
            world.crash(which, at)
        case Refreshed(which, int(at), False):
            world.refresh(which, at, lambda: world.refresh(1 - which))


def check(world: World) -> None:
    """Compare answers of all granularities with a plain count."""
    now = int(world.now)
    for level, length in ((Level.MINUTE, 26 * HOUR), (Level.HOUR, 9 * DAY), (Level.DAY, 40 * DAY)):
        end = level.floor(now) + level.seconds
        span = Span(level.floor(end - length), end)
        for dimension, values in (("hashtag", [*VALUES[:8], "never seen"]), ("lang", ["en", "ja", "de"])):
            assert world.answer(dimension, values, level, span) == world.plain(dimension, values, level, span), level


@settings(max_examples=8, deadline=None)
@given(steps, st.integers(0, 1))
def test_every_answer_is_a_plain_count_once_an_environment_has_followed(taken: list[NamedTuple], last: int) -> None:
    world = World()
    for step in taken:
        play(world, step)
    world.refresh(last)
    check(world)


def test_an_answer_is_exact_after_an_end_before_any_write() -> None:
    for at in range(1, 60, 17):
        world = World()
        for minute in range(BEGIN, BEGIN + 3 * HOUR, 7 * MINUTE):
            world.count(minute, {"hashtag": {VALUES[minute % 11]: 3, "a": 1}, "lang": {"en": 1}})
        world.go_on(3 * HOUR + 400)
        world.refresh(0)
        world.count(BEGIN + 14 * MINUTE, {"hashtag": {"a": 5}, "lang": {"en": 5}})
        world.go_on(5 * HOUR)
        world.crash(0, at)
        world.refresh(1)
        check(world)


def test_an_environment_whose_first_run_fails_still_compares_all_hours() -> None:
    class FailedError(Exception):
        """A call failed."""

    def fail() -> None:
        raise FailedError

    hours = range(BEGIN - 9 * DAY, BEGIN - 5 * DAY, DAY)
    world = World()
    for hour in hours:
        world.count(hour, {"hashtag": {"a": 5}})
    world.refresh(0)
    for hour in hours:  # late, and so long ago that only the note's own batch would name it
        world.count(hour, {"hashtag": {"a": 2}})
    with pytest.raises(FailedError):
        world.refresh(1, 5, fail)  # behind the first hours
    world.refresh(1)
    check(world)


def test_what_is_not_in_strips_yet_is_read_from_its_own_items() -> None:
    world = World()
    world.count(BEGIN, {"hashtag": {"a": 5}})
    check(world)


def test_strips_that_have_expired_early_are_read_from_items() -> None:
    world = World()
    for minute in range(BEGIN, BEGIN + HOUR, MINUTE):
        world.count(minute, {"hashtag": {"a": 5}})
    world.go_on(2 * HOUR)
    world.refresh(0)
    table = world.tables.tables["trends"]
    for key in [key for key in table if key[0].startswith("strip#")]:
        del table[key]
    check(world)


@pytest.mark.parametrize("damage", [{"e0": {"B": b"?"}}, {"v": {"N": "99"}}], ids=["damaged", "of a newer version"])
def test_a_directory_that_cant_be_read_promises_nothing_and_is_not_written_over(damage: AttributeMap) -> None:
    world = World()
    world.count(BEGIN, {"hashtag": {"a": 5}})
    world.go_on(2 * HOUR)
    world.refresh(0)
    table = world.tables.tables["trends"]
    directories = {key: {**table[key], **damage} for key in table if key[0].startswith("strips#")}
    table.update(directories)
    told: list[Exception] = []
    world.unread = told.append
    check(world)
    assert told
    with pytest.raises(TrendsFormatError):
        world.refresh(1)
    assert {key: table[key] for key in directories} == directories


def test_a_run_begins_strips_for_some_seconds_and_the_next_goes_on() -> None:
    world = World()
    for hour in range(6):
        world.count(BEGIN + hour * HOUR, {"hashtag": {"a": 5}})
    world.go_on(8 * HOUR)
    written = [0]
    while len(written) < 9:
        seconds = iter(range(900, 0, -6))  # each frame takes six
        world.time_left = lambda: float(next(seconds))  # noqa: B023 - used within the round
        world.refresh(0)
        table = world.tables.tables["trends"]
        written.append(len({key[0].rpartition("#")[0] for key in table if key[0].startswith("strip#")}))
    assert 0 < written[1] < written[2] < written[-1]
    assert written[-1] >= 6
    check(world)


def test_a_strip_older_than_its_directory_says_is_read_once_more_consistently() -> None:
    world = World()
    world.count(BEGIN, {"hashtag": {"a": 5}})
    world.go_on(2 * HOUR)
    world.refresh(0)
    world.count(BEGIN, {"hashtag": {"a": 2}})
    world.go_on(HOUR)
    world.refresh(0)
    span = Span(BEGIN, BEGIN + HOUR)
    for lag in range(12):
        world.tables.lag = lambda: lag  # noqa: B023 - used within the round
        answered = world.answer("hashtag", ["a"], Level.MINUTE, span)["a"][BEGIN]
        assert answered in {5, 7}
        if lag == 0:
            assert answered == 7


def test_while_an_hour_waits_for_its_correction_only_the_changed_minute_is_read_from_its_item() -> None:
    world = World()
    for minute in range(BEGIN, BEGIN + HOUR, MINUTE):
        world.count(minute, {"hashtag": {"a": 5}})
    world.go_on(2 * HOUR)
    world.refresh(0)
    world.count(BEGIN + MINUTE, {"hashtag": {"a": 2}})
    world.refresh(0)
    read = world.minutes_read(lambda: check_minutes(world, "a"))
    assert read == {BEGIN + MINUTE}


def check_minutes(world: World, value: str) -> None:
    """Compare the first hour's minutes of a hashtag with a plain count."""
    span = Span(BEGIN, BEGIN + HOUR)
    answered = world.answer("hashtag", [value], Level.MINUTE, span)
    assert answered == world.plain("hashtag", [value], Level.MINUTE, span)


def test_a_day_whose_strips_got_one_more_hour_is_not_read_from_those_before() -> None:
    world = World()
    for at in (0, HOUR):
        world.count(BEGIN + at, {"hashtag": {"a": 5}})
    world.go_on(2 * HOUR + 2 * MINUTE)
    world.refresh(0)  # of the two hours only the first is closed
    world.go_on(HOUR)
    world.refresh(0)
    span = Span(BEGIN, BEGIN + 2 * HOUR)
    for lag in range(20):
        calls = iter([0, 0])  # the levels state and the directories are read as they are, strips as they were
        world.tables.lag = lambda: next(calls, lag)  # noqa: B023 - used within the round
        assert world.answer("hashtag", ["a"], Level.HOUR, span) == world.plain("hashtag", ["a"], Level.HOUR, span)


def test_nothing_is_written_that_has_expired_already() -> None:
    world = World()
    for days in range(6):
        world.count(BEGIN - days * DAY, {"hashtag": {"a": 5}})
    world.refresh(0)
    written = dict(world.tables.tables["trends"])
    world.expire()
    assert world.tables.tables["trends"] == written
