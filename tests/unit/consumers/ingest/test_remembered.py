"""After a raise of the horizon ingest takes nothing that the log may have forgotten."""

import math

import pytest

from consumers.ingest.remembered import Remembered
from consumers.schedule import DAY, HOUR

NOW = 1_795_253_400.0
Note = tuple[int, int, int] | None


def remembered(note: Note, days: int, now: float = NOW) -> float:
    return Remembered(lambda: note, days * 24, clock=lambda: now).forgotten_before()


@pytest.mark.parametrize("note", [None, (216, 216, 0), (240, 240, 0)])
def test_without_a_raise_nothing_is_forgotten(note: Note) -> None:
    assert remembered(note, days=9) == -math.inf


def test_a_raise_is_seen_before_the_sweep_notes_it() -> None:
    assert remembered((216, 216, 0), days=12) == NOW - 8 * DAY


def test_a_raise_that_the_sweep_has_noted_goes_on_from_there() -> None:
    noted = (288, 216, int(NOW) + 288 * HOUR)
    assert remembered(noted, days=12, now=NOW + 5 * DAY) == NOW - 3 * DAY
    assert remembered(noted, days=12, now=NOW + 12 * DAY) == -math.inf


def test_the_note_is_read_once_and_time_goes_on() -> None:
    notes: list[Note] = [(216, 216, 0)]
    clock = [NOW]
    asked = Remembered(notes.pop, 288, clock=lambda: clock[0])
    asked.forgotten_before()
    clock[0] += DAY
    assert asked.forgotten_before() == NOW - 7 * DAY


def test_a_note_that_can_not_be_read_is_read_again() -> None:
    answers: list[Note | Exception] = [(216, 216, 0), OSError("no network")]

    def noted() -> Note:
        answer = answers.pop()
        if isinstance(answer, Exception):
            raise answer
        return answer

    asked = Remembered(noted, 288, clock=lambda: NOW)
    with pytest.raises(OSError, match="no network"):
        asked.forgotten_before()
    assert asked.forgotten_before() == NOW - 8 * DAY
