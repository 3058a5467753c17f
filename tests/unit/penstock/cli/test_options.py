"""``--option NAME=VALUE``."""

import click
import pytest

from penstock.cli.put.options import parse_options


def test_options_have_the_producer_s_types() -> None:
    texts = ["linger_seconds=0.05", "ordered=true", "rate_limit_percent=none", "spool=d=e", "calls_in_flight=8"]
    assert parse_options([*texts, "when_full=drop_oldest"]) == {
        "linger_seconds": 0.05,
        "ordered": True,
        "rate_limit_percent": None,
        "spool": "d=e",
        "calls_in_flight": 8,
        "when_full": "drop_oldest",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("linger_seconds", "is not NAME=VALUE; the names are aggregate, "),
        ("lingering=1", "'lingering=1' is not NAME=VALUE"),
        ("linger_seconds=soon", "'linger_seconds=soon': Input should be a valid number"),
        ("calls_in_flight=none", "Input should be a valid integer"),
        ("when_full=explode", "Input should be 'wait', 'raise' or 'drop_oldest'"),
    ],
)
def test_what_is_no_option_is_named(text: str, says: str) -> None:
    with pytest.raises(click.UsageError) as error:
        parse_options([text])
    assert says in error.value.message
