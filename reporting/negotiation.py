"""Which of a route's media types a client wants: proactive negotiation by Accept (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_RANGE: Final = re.compile(r"\s*([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)\s*(?:;(.*))?", re.DOTALL)
_QUALITY: Final = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)


class _Range(NamedTuple):
    kind: str
    subtype: str
    quality: float

    def closeness(self, media_type: str) -> int:
        """Return how closely this range names a type: 3 the type itself, 2 ``text/*``, 1 ``*/*``, 0 not at all."""
        kind, _, subtype = media_type.partition("/")
        if (self.kind, self.subtype) == ("*", "*"):
            return 1
        if self.kind != kind:
            return 0
        return 2 if self.subtype == "*" else 3 if self.subtype == subtype else 0


def choose(accept: str | None, offered: Sequence[str]) -> str | None:
    """Return which of the `offered` media types, best first, a request is answered with; None if it accepts none.

    The range that names a type most closely says how much it is wanted; of types wanted alike the first offered is
    taken. Without the header, and where nothing in it can be read, anything is wanted. Parameters of a range but `q`
    are passed over: each type has one form here.

    >>> choose("text/csv, */*;q=0.1", ["application/json", "text/csv"])
    'text/csv'
    >>> choose("text/html", ["application/json"]) is None
    True
    """
    ranges = [found for part in (accept or "").split(",") if (found := _range(part))]
    if not ranges:
        return offered[0]
    wanted = {media_type: _quality(media_type, ranges) for media_type in offered}
    best = max(offered, key=wanted.__getitem__)
    return best if wanted[best] > 0 else None


def _range(text: str) -> _Range | None:
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    kind, subtype, parameters = match.groups()
    qualities = [float(found[1]) for each in (parameters or "").split(";") if (found := _QUALITY.fullmatch(each))]
    return _Range(kind.lower(), subtype.lower(), qualities[0] if qualities else 1.0)


def _quality(media_type: str, ranges: Sequence[_Range]) -> float:
    closest = max(ranges, key=lambda each: (each.closeness(media_type), each.quality))
    return closest.quality if closest.closeness(media_type) else 0.0
