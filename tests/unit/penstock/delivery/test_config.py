import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from penstock.delivery.config import ProducerConfig
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
    ],
    ids=str,
)
def test_an_option_outside_its_limits_is_named(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="must be"):
        ProducerConfig(**options)


def test_the_defaults_and_the_largest_records_are_valid() -> None:
    assert ProducerConfig().aggregate_bytes == 51_200
    ProducerConfig(
        max_record_bytes=10 * 2**20, call_bytes=10 * 2**20, aggregate_bytes=10 * 2**20, put_timeout_seconds=None
    )


def test_the_readme_lists_each_option_with_its_default() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| `([^`]+)` \|", (Path(__file__).parents[4] / "producer/README.md").read_text(), re.MULTILINE
    )
    assert rows == [(option.name, repr(option.default)) for option in fields(ProducerConfig)]
