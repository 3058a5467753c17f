"""What comes from a stream never acts on a terminal."""

import json

from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.safe_text import safe_json, safe_line, safe_text


def test_escape_sequences_are_shown_and_not_obeyed() -> None:
    assert safe_line(b"\x1b[31mred\x07\x1b]0;title\x9c") == r"\x1b[31mred\x07\x1b]0;title\x9c"
    assert safe_text("\x9b31m") == r"\x9b31m"
    assert safe_line(b"one\r\ntwo\x7f") == r"one\x0d\x0atwo\x7f"


def test_text_that_is_reordered_on_sight_is_shown_as_it_is() -> None:
    assert safe_text("user\u202egnp.exe\u2066") == "user\\u202egnp.exe\\u2066"


def test_bytes_that_are_no_utf_8_are_escaped() -> None:
    assert safe_line(b"caf\xe9 \xff") == r"caf\xe9 \xff"


def test_what_a_person_writes_is_left_alone() -> None:
    text = 'tab\there, "quotes", 日本語, नमस्ते, 👩\u200d💻, a\\b'
    assert safe_line(text.encode()) == text


@given(st.binary())
def test_no_data_has_a_control_character_left(data: bytes) -> None:
    line = safe_line(data)
    assert not any(ord(character) < 32 and character != "\t" for character in line)
    assert not any(0x7F <= ord(character) < 0xA0 for character in line)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same_when_made_safe(text: str) -> None:
    document = safe_json(json.dumps({"text": text}, ensure_ascii=False))
    assert json.loads(document) == {"text": text}
    assert safe_text(document) == document
