"""From lines to what is put: events, or bytes with a key."""

import json

import pytest

from penstock.cli.put.lines import BadLineError, raw_reader, read_event

LINE = b'{"kind": "like", "user": "ada", "n": 7, "on": true}'


def test_an_event_is_put_as_it_is_read() -> None:
    put = read_event(b'{"event_id": "1", "kind": "like"}', 1)
    assert put.event == {"event_id": "1", "kind": "like"}
    assert put.partition_key is None


def test_an_event_without_an_id_has_the_same_one_each_time_and_another_in_another_place() -> None:
    ids = {json.dumps(read_event(LINE, number).event) for number in (1, 1, 2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"{not json", "no JSON: key must be a string at line 1 column 2"),
        (b"\xff", "no JSON"),
        (b"[1, 2]", r"no JSON object, but \[1, 2\]"),
        (b'"' + b"x" * 1000 + b'"', "no JSON object, but .{60}$"),
    ],
)
def test_what_is_no_object_is_named(line: bytes, rule: str) -> None:
    with pytest.raises(BadLineError, match=rule):
        read_event(line, 1)


def test_raw_lines_go_as_they_are_with_the_key_of_all() -> None:
    assert raw_reader("key", None)(b"\xff\x00", 1) == (b"\xff\x00", "key")


def test_raw_lines_have_random_keys_by_default() -> None:
    read = raw_reader(None, None)
    assert len({read(b"same", number).partition_key for number in range(100)}) == 100


def test_a_field_s_value_is_the_key() -> None:
    assert raw_reader(None, "user")(LINE, 1) == (LINE, "ada")
    assert raw_reader(None, "n")(LINE, 1) == (LINE, "7")


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("who", "no field 'who' for the partition key; it has kind, user, n, on"),
        ("on", "field 'on' is no partition key: a string or a whole number is, not true"),
    ],
)
def test_a_line_without_such_a_field_is_bad(field: str, rule: str) -> None:
    with pytest.raises(BadLineError, match=rule):
        raw_reader(None, field)(LINE, 1)
