from datetime import UTC, datetime, timedelta

import pytest

from penstock.events import SocialEvent
from penstock.sources.formats import JETSTREAM_FRAMES, SOCIAL_EVENTS, LineFormat, format_of
from penstock.sources.source import raw_event

NO_SHIFT = timedelta(0)
LINE = b'{"event_id":"7","kind":"like","platform":"bluesky","author":"ann","created_at":"2026-05-01T12:00:00.25+02:00"}'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (LINE, SOCIAL_EVENTS),
        (b"{}", SOCIAL_EVENTS),
        (b'{"kind":"poke"}', SOCIAL_EVENTS),
        (b'{"kind":"commit","time_us":1777636800020110}', JETSTREAM_FRAMES),
        (b'{"kind":"account","time_us":null}', JETSTREAM_FRAMES),
        (b"", None),
        (b"[]", None),
        (b'{"kind":"commit","time_us', None),
        (b"\xff", None),
    ],
)
def test_a_format_is_told_by_a_line(line: bytes, expected: LineFormat | None) -> None:
    assert format_of(line) is expected


def test_a_line_is_the_event_it_holds() -> None:
    event = SOCIAL_EVENTS.item(LINE, 1)
    assert event == SocialEvent.model_validate_json(LINE)
    assert SOCIAL_EVENTS.time(LINE) == event.created_at


def test_a_shift_moves_the_time_and_nothing_else() -> None:
    still, moved = SOCIAL_EVENTS.item(LINE, 1), SOCIAL_EVENTS.item(LINE, 1, timedelta(days=3, microseconds=7))
    assert isinstance(still, SocialEvent)
    assert moved == still.model_copy(update={"created_at": still.created_at + timedelta(days=3, microseconds=7)})


@pytest.mark.parametrize(
    "line", [b"", b"nothing", b"\xff\x00", b"[" * 5000, LINE[:-1], LINE.replace(b"like", b"poke"), b'"\\ud800"']
)
def test_a_line_that_is_no_event_is_kept_as_it_is(line: bytes) -> None:
    assert SOCIAL_EVENTS.item(line, 1, timedelta(1)) == raw_event(line)
    assert SOCIAL_EVENTS.time(line) is None


def test_a_time_that_cannot_be_shifted_is_set_aside() -> None:
    line = LINE.replace(b"2026", b"9999")
    assert SOCIAL_EVENTS.item(line, 1, timedelta(days=400)) == raw_event(line)


def test_an_event_without_an_id_is_the_same_in_every_pass_and_another_on_every_line() -> None:
    line = LINE.replace(b'"event_id":"7",', b"")
    first, again, later = (SOCIAL_EVENTS.item(line, number) for number in (1, 1, 2))
    assert first == again
    assert isinstance(first, SocialEvent)
    assert isinstance(later, SocialEvent)
    assert first.event_id != later.event_id
    assert SocialEvent.model_validate_json(first.to_json()) == first


def test_a_frame_happened_when_it_was_sent() -> None:
    line = b'{"kind":"account","time_us":1777636800020110}'
    assert JETSTREAM_FRAMES.time(line) == datetime(2026, 5, 1, 12, 0, 0, 20110, tzinfo=UTC)
    assert JETSTREAM_FRAMES.item(line, 1) is None
    assert JETSTREAM_FRAMES.time(b"broken") is None
    assert JETSTREAM_FRAMES.item(b"broken", 1) == raw_event(b"broken")
