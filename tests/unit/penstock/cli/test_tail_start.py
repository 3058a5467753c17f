"""Where reading begins."""

import pytest

from penstock.cli.reading.lineage import LATEST, OLDEST, Position
from penstock.cli.tail.start import parse_start

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("latest", LATEST),
        ("oldest", OLDEST),
        ("90s", Position("AT_TIMESTAMP", timestamp=NOW - 90)),
        ("10m", Position("AT_TIMESTAMP", timestamp=NOW - 600)),
        ("1d", Position("AT_TIMESTAMP", timestamp=NOW - 86_400)),
        ("999999999d", Position("AT_TIMESTAMP", timestamp=0.0)),
        ("2027-01-15T07:00:00Z", Position("AT_TIMESTAMP", timestamp=NOW - 3600)),
        ("2027-01-15T09:00:00.5+02:00", Position("AT_TIMESTAMP", timestamp=NOW - 3599.5)),
    ],
)
def test_a_start_is_a_word_an_age_or_a_time(text: str, position: Position) -> None:
    assert parse_start(text, NOW) == position


@pytest.mark.parametrize("text", ["", "yesterday", "10", "-10m", "10 m", "2027-01-15", "2027-01-15T07:00:00", "١٠m"])
def test_what_could_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is none of latest, oldest, an age like 10m, or a time with its offset"):
        parse_start(text, NOW)


def test_the_future_is_refused() -> None:
    with pytest.raises(ValueError, match=r"in the future: it is 2027-01-15T08:00:00Z"):
        parse_start("2027-01-15T08:00:01Z", NOW)
