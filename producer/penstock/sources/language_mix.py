"""A mix of languages that drifts, as it does when the day moves around the world, only faster."""

import math
from typing import Final

# Language, its usual weight, and how long its tide takes, in seconds. No language is what many events have.
_LANGUAGES: Final[tuple[tuple[str | None, float, float], ...]] = (
    ("en", 38, 3_600),
    ("ja", 14, 1_500),
    ("pt", 10, 2_100),
    ("es", 8, 1_800),
    ("de", 6, 1_200),
    ("fr", 5, 1_260),
    ("ko", 4, 960),
    ("uk", 3, 1_080),
    ("tr", 3, 900),
    ("el", 2, 840),
    ("ar", 2, 780),
    ("hi", 2, 720),
    (None, 3, 3_000),
)

LANGUAGES: Final = tuple(language for language, _, _ in _LANGUAGES)

_TIDE: Final = 0.6


def language_mix(time: float) -> tuple[float, ...]:
    """Return the weight of each of ``LANGUAGES`` at a time in seconds since 1970.

    Each weight swings by 60 % about its usual value, each with a period of its own, from 12 minutes to an hour.
    """
    return tuple(
        weight * (1 + _TIDE * math.sin(math.tau * (time / period + place / len(_LANGUAGES))))
        for place, (_, weight, period) in enumerate(_LANGUAGES)
    )
