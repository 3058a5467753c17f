from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.events import SocialEvent
from penstock.sources.language_mix import LANGUAGES, language_mix


@given(st.floats(0, 4e9))
def test_every_language_is_spoken_at_any_time(time: float) -> None:
    mix = language_mix(time)
    assert len(mix) == len(LANGUAGES)
    assert all(weight > 0 for weight in mix)


def test_the_mix_drifts_slowly_and_far() -> None:
    ja = LANGUAGES.index("ja")
    weights = [language_mix(1.75e9 + minute * 60)[ja] for minute in range(60)]
    assert max(weights) > 3 * min(weights)
    assert all(abs(now - then) < 0.25 * then for then, now in pairwise(weights))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_languages_are_as_an_event_holds_them(lang: str | None) -> None:
    made = datetime(2026, 5, 1, tzinfo=UTC)
    assert SocialEvent(kind="like", platform="lemmy", author="ann", created_at=made, lang=lang).lang == lang
