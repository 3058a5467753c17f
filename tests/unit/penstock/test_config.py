import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from penstock.config import ProducerConfig, ProducerOptions
from penstock.errors import ConfigurationError


@pytest.mark.parametrize(
    "options",
    [
        {"aggregate_bytes": 63},
        {"aggregate_bytes": 2**20 + 1},
        {"lanes_per_shard": 0},
        {"linger_seconds": -0.1},
        {"linger_seconds": float("nan")},
        {"max_record_bytes": 10 * 2**20 + 1},
        {"call_records": 501},
        {"call_bytes": 11 * 2**20},
        {"max_record_bytes": 8 * 2**20},
        {"calls_in_flight": 0},
        {"buffer_bytes": 2**20},
        {"put_timeout_seconds": -1},
        {"close_timeout_seconds": -1},
        {"backoff_base_seconds": 0},
        {"backoff_cap_seconds": 0.01},
        {"read_timeout_seconds": 0},
        {"read_timeout_seconds": float("inf")},
        {"call_bytes": "5"},
        {"call_records": 1.5},
        {"calls_in_flight": True},
        {"linger_seconds": None},
        {"backoff_cap_seconds": "5"},
        {"aggregate": "no"},
        {"ordered": 1},
        {"rate_limit_percent": 0},
        {"fail_if_throttled": None},
        {"time_to_live_seconds": 0},
        {"shard_refresh_seconds": 0.5},
        {"when_full": "panic"},
        {"drain_on_sigterm": "yes"},
        {"spool": ""},
        {"spool": 7},
        {"spool": "a\0b"},
        {"spool_bytes": 2**20},
        {"spool_fsync": True},
        {"spool_fsync_seconds": 0},
        {"stall_seconds": 0},
        {"busiest_keys": 101},
    ],
    ids=str,
)
def test_an_option_outside_its_limits_is_named(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="must be"):
        ProducerConfig(**options)


def test_the_defaults_and_the_largest_records_are_valid() -> None:
    assert ProducerConfig().aggregate_bytes == 51_200
    assert ProducerConfig(spool=Path("events")).spool == Path("events")
    ProducerConfig(
        max_record_bytes=10 * 2**20, call_bytes=10 * 2**20, aggregate_bytes=10 * 2**20, put_timeout_seconds=None
    )


def test_a_limit_that_another_option_sets_names_it() -> None:
    with pytest.raises(ConfigurationError, match=r"call_bytes must be from .* with max_record_bytes=10,485,760, not"):
        ProducerConfig(max_record_bytes=10 * 2**20)


def test_options_replace_those_of_a_config() -> None:
    config = ProducerConfig(linger_seconds=0.5).with_options({"ordered": True})
    assert (config.linger_seconds, config.ordered) == (0.5, True)
    with pytest.raises(ConfigurationError, match="no option 'lingr'; the options are aggregate, "):
        config.with_options({"lingr": 1})  # type: ignore[typeddict-unknown-key]


def test_the_keyword_arguments_are_the_options() -> None:
    assert get_type_hints(ProducerOptions) == get_type_hints(ProducerConfig)


def test_the_readme_lists_each_option_with_its_default() -> None:
    page = (Path(__file__).parents[3] / "producer/README.md").read_text()
    table = page.partition("## Options")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", table, re.MULTILINE)
    assert rows == [(option.name, repr(option.default)) for option in fields(ProducerConfig)]
