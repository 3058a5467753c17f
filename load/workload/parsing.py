"""Profiles as a person writes them: in a word, in a schedule (YAML), or as the times of recorded events."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from math import isfinite, nan
from pathlib import Path
from struct import pack
from typing import Final

import yaml

from load.documents import check_regular, read_bytes
from load.errors import InputError
from load.workload.profile import Piece, Profile
from load.workload.recorded import happened
from load.workload.shapes import diurnal, ramp, spike, steady, step
from load.workload.unique_keys import UniqueKeys

DEFAULT_SECONDS: Final = 60.0
MOST_REPLAYED_SECONDS: Final = 31 * 86_400
"""Of recorded events: each second of them is a piece of the profile."""
_DIGEST: Final = 8
"""Hexadecimal digits: enough to tell apart what one file has held."""
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")
_NAMED: Final[Mapping[str, tuple[int, Callable[..., Profile], str]]] = {
    "steady": (1, steady, "steady:RATE"),
    "ramp": (2, ramp, "ramp:START:END"),
    "step": (2, step, "step:BEFORE:AFTER"),
    "spike": (2, spike, "spike:RATE:PEAK"),
    "diurnal": (2, diurnal, "diurnal:TROUGH:PEAK"),
}
FORMS: Final = ", ".join([*(form for *_, form in _NAMED.values()), "replay:FILE.jsonl", "FILE.yaml"])


def parse_seconds(text: str, *, zero: bool = False) -> float:
    """Return seconds from ``90``, ``90s``, ``5m``, ``2h`` or ``1d``.

    Args:
        text: the time.
        zero: whether it may be 0.

    Raises:
        InputError: it is no such time, or 0 where it may not be.
    """
    matched = _TIME.fullmatch(text.strip())
    seconds = float(matched[1]) * _UNITS[matched[2]] if matched else None
    if seconds is None or not (seconds or zero):
        raise InputError(f"{text!r:.40} is no time{'' if zero else ' above 0'}, like 90, 90s, 5m or 2h")
    return seconds


def parse_profile(text: str, seconds: float | None = None) -> Profile:
    """Return a profile from its text, one of `FORMS`.

    Args:
        text: the profile.
        seconds: how long it lasts, `DEFAULT_SECONDS` if none; schedules and recorded events have a time of their own,
            to which it must be none.

    Raises:
        InputError: it is no profile, or its file can't be read.
    """
    name, _, rest = text.partition(":")
    if name in _NAMED:
        count, make, form = _NAMED[name]
        rates = [_rate(each, form) for each in rest.split(":")] if rest else []
        if len(rates) != count:
            raise InputError(f"{text!r:.60} should be {form}")
        return make(*rates, seconds or DEFAULT_SECONDS)
    if seconds is not None:
        raise InputError(f"--duration is for profiles without a time of their own; {text!r:.60} has one, or is none")
    if name == "replay":
        if not rest:
            raise InputError("replay needs a file of recorded events, like replay:FILE.jsonl")
        return replayed(Path(rest))
    if text.endswith((".yaml", ".yml")):
        return scheduled(Path(text))
    raise InputError(f"{text!r:.60} is no profile: give {FORMS}")


def scheduled(path: Path) -> Profile:
    """Return a profile from a schedule in YAML: a list of steps.

    A step is ``{rate: 500, for: 10m}`` or ``{from: 500, to: 900, for: 2m}``.

    Raises:
        InputError: the file can't be read, or a line of it is wrong.
    """
    text = read_bytes(path)
    try:
        document = yaml.load(text, UniqueKeys)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise InputError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    except (ValueError, RecursionError) as error:  # a date that is none, and brackets without end
        raise InputError(f"{path} can't be read as YAML: {error}") from error
    if not isinstance(document, list) or not document:
        raise InputError(f"{path} should be a list of steps like {{rate: 500, for: 10m}}")
    return _from_file("schedule", path, [_step(path, number, each) for number, each in enumerate(document, 1)])


def _step(path: Path, number: int, given: object) -> Piece:
    where = f"{path}, step {number}"
    if not isinstance(given, dict) or given.keys() not in ({"rate", "for"}, {"from", "to", "for"}):
        raise InputError(f"{where} should be {{rate: 500, for: 10m}} or {{from: 500, to: 900, for: 2m}}")
    start, end = (given["rate"],) * 2 if "rate" in given else (given["from"], given["to"])
    for rate in (start, end):
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            raise InputError(f"{where}: {rate!r:.40} is no rate in events a second{_as_number(rate)}")
    try:
        return Piece(parse_seconds(str(given["for"])), float(start), float(end))
    except (InputError, OverflowError) as error:
        raise InputError(f"{where}: {error}") from error


def _as_number(given: object) -> str:
    """Say how a number is written that YAML reads as text: 1.1, which is PyYAML's, wants a dot in it, and e+ or e-."""
    try:
        number = float(given) if isinstance(given, str) else nan
    except ValueError:
        return ""
    digits, exponent, power = repr(number).partition("e")
    written = digits + exponent + power if "." in digits or not exponent else f"{digits}.0e{power}"
    return f": to YAML it is text; write {written}" if isfinite(number) else ""


def replayed(path: Path) -> Profile:
    """Return the rate at which recorded events happened, second by second: of lines of events' or Jetstream's JSON.

    Only their times are used: what is sent is drawn as for every profile.

    Raises:
        InputError: the file can't be read, a line has no time, or it has fewer than two events or those of more than a
            month.
    """
    times: list[float] = []
    check_regular(path)
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip() and (at := _happened(path, number, line)) is not None:
                    times.append(at)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text in UTF-8") from error
    if len(times) < 2:
        raise InputError(f"{path} has {len(times)} events; a rate needs two at least")
    first, last = min(times), max(times)
    if last - first > MOST_REPLAYED_SECONDS:
        raise InputError(
            f"{path} has events of {(last - first) / 86_400:,.0f} days, and {MOST_REPLAYED_SECONDS // 86_400} can be "
            "replayed: give a part of it"
        )
    seconds = Counter(int(time - first) for time in times)
    pieces = [Piece(1.0, float(seconds[each]), float(seconds[each])) for each in range(max(seconds) + 1)]
    return _from_file("replay", path, pieces)


def _from_file(kind: str, path: Path, pieces: Sequence[Piece]) -> Profile:
    """Return a profile that is named by its file and a digest of what is in it: edited, it is another profile."""
    digest = sha256()
    for piece in pieces:
        digest.update(pack("<3d", piece.seconds, piece.start, piece.end))
    return Profile(pieces, f"{kind} {path.name} ({digest.hexdigest()[:_DIGEST]})")


def _happened(path: Path, number: int, line: str) -> float | None:
    try:
        return happened(line)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise InputError(
            f"{path}, line {number}: neither a JSON object with created_at, like 2026-11-21T09:30:00Z, nor a frame of "
            "Jetstream's"
        ) from error


def _rate(text: str, form: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{text!r:.40} is no rate in events a second; expected {form}") from None
