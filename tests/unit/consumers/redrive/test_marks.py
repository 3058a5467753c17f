"""A mark's name follows from what it marks, so that a repetition overwrites it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.redrive.marks import Mark, MarkError, mark_key, marks_of

KEY = "failed-events/2026-11-21/shardId-000000000001/1.0_2.0_0123456789abcdef.jsonl"


@given(st.lists(st.text()).map(tuple), st.text(), st.text())
def test_a_mark_survives_its_object(places: tuple[str, ...], time: str, fix_up: str) -> None:
    mark = Mark(places, time, "sent", fix_up)
    assert Mark.from_json(mark.to_json()) == mark


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"places": 3, "redriven_at": "", "how": "", "fix_up": ""}',
        b'{"places": "5.0", "redriven_at": "", "how": "", "fix_up": ""}',
        b'{"places": [[1]], "redriven_at": "", "how": "", "fix_up": ""}',
        b'{"places": ["5.0"], "redriven_at": 5, "how": "", "fix_up": ""}',
        b'{"places": ["5.0"], "redriven_at": "", "how": null, "fix_up": {}}',
    ],
)
def test_something_else_is_no_mark(body: bytes) -> None:
    with pytest.raises(MarkError):
        Mark.from_json(body)


def test_the_name_follows_from_the_places_alone() -> None:
    assert mark_key(KEY, ("1.0", "2.0")) == mark_key(KEY, ["1.0", "2.0"])
    assert mark_key(KEY, ("1.0",)) != mark_key(KEY, ("2.0",))
    assert mark_key(KEY, ()).startswith(f"redriven/{KEY}/")
    assert marks_of(KEY) == f"redriven/{KEY}/"
