"""Text from a stream, made harmless for a terminal: data must never act as commands to it."""

import re
from typing import Final

_ACTING: Final = re.compile(
    "["
    "\x00-\x08\x0a-\x1f\x7f-\x9f"  # control characters but the tab: ISO/IEC 6429, which escape sequences begin with
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # reorder what follows (UAX #9): text that looks like another
    "\u2028\u2029"  # ends of lines
    "\ud800-\udfff"  # no characters at all
    "]"
)


def safe_text(text: str) -> str:
    r"""Return the text with what acts on a terminal escaped as in Python: ``\\x1b``, ``\\u202e``.

    >>> print(safe_text("red: \x1b[31m"))
    red: \x1b[31m
    """
    return _ACTING.sub(lambda found: _escape(found[0], short=True), text)


def safe_line(data: bytes) -> str:
    r"""Return data as one line of text; bytes that are no UTF-8 are escaped as ``\\xff``."""
    return safe_text(data.decode("utf-8", "backslashreplace"))


def safe_json(document: str) -> str:
    r"""Return a JSON document with the same characters escaped as JSON does, ``\\u001b``: its value is unchanged."""
    return _ACTING.sub(lambda found: _escape(found[0], short=False), document)


def _escape(character: str, *, short: bool) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if short and code < 256 else f"\\u{code:04x}"
