"""What can be chosen, held against the template and the producer that it names."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from load.configuration import (
    PARAMETERS,
    PRODUCER_OPTIONS,
    SCHEDULE,
    CapacityMode,
    Configuration,
)
from load.errors import InputError
from penstock.config import ProducerConfig


class _Loader(yaml.SafeLoader):
    """Reads a template whose intrinsic functions are tags."""


_Loader.add_multi_constructor("!", lambda *_: None)
TEMPLATE: dict[str, Any] = yaml.load(Path("template.yaml").read_text(encoding="utf-8"), _Loader)["Parameters"]  # noqa: S506 - a safe loader


@pytest.mark.parametrize("field", PARAMETERS)
def test_defaults_and_limits_are_the_templates(field: str) -> None:
    name, least, most = PARAMETERS[field]
    parameter = TEMPLATE[name]

    assert getattr(Configuration(), field) == parameter["Default"]
    assert (least, most) == (parameter["MinValue"], parameter["MaxValue"])


def test_the_schedule_is_the_templates() -> None:
    assert Configuration().schedule == TEMPLATE["Schedule"]["Default"]


@pytest.mark.parametrize("field", PRODUCER_OPTIONS)
def test_the_producers_options_have_its_defaults_and_its_limits(field: str) -> None:
    name, least, most = PRODUCER_OPTIONS[field]
    assert getattr(Configuration(), field) == getattr(ProducerConfig(), name)

    for value in (int(least), int(most)):
        options: Any = {"max_record_bytes": 10 * 2**20, "call_bytes": 10 * 2**20, name: value}
        ProducerConfig().with_options(options)


def test_settings_are_read_by_the_names_of_the_template_and_by_those_here() -> None:
    read = Configuration.parse(
        {
            "ShardCount": "4",
            "ingest_window_seconds": "5",
            "linger_seconds": "0.25",
            "stream_mode": "on-demand",
            "Schedule": '[{"from":"1970-01-01T00:00:00Z","seconds":20,"groups":16,"buckets":8}]',
        }
    )

    assert read == Configuration(
        shards=4,
        ingest_window_seconds=5,
        linger_seconds=0.25,
        stream_mode=CapacityMode.ON_DEMAND,
        pane_seconds=20,
        key_groups=16,
        buckets=8,
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ShardCount": "0"}, "ShardCount must be 1 to 20,000, not 0"),
        ({"IngestWindowSeconds": "301"}, "IngestWindowSeconds must be 0 to 300, not 301"),
        ({"IngestBatchSize": "many"}, "IngestBatchSize must be a whole number, 1 to 10,000, not 'many'"),
        ({"ShardCount": "nan"}, "ShardCount must be a whole number, 1 to 20,000, not 'nan'"),
        ({"linger_seconds": "soon"}, "linger_seconds must be 0.0 to 60.0, not 'soon'"),
        ({"pane_seconds": "ten"}, "pane_seconds must be a whole number, not 'ten'"),
        ({"linger_seconds": "nan"}, "linger_seconds must be 0.0 to 60.0, not nan"),
        ({"Shards": "2"}, "there is no setting 'Shards'; there are ShardCount, "),
        ({"pane_seconds": "7"}, "Schedule: 'seconds' must divide 60, which 7 does not"),
        ({"key_groups": "6"}, "Schedule: 'groups' must be a power of two"),
        ({"Schedule": "8"}, "Schedule: the schedule must be a JSON list"),
        ({"table_mode": "reserved"}, "table_mode must be provisioned or on-demand, not 'reserved'"),
    ],
)
def test_what_can_not_be_is_named_with_what_can(settings: dict[str, str], told: str) -> None:
    with pytest.raises(InputError) as error:
        Configuration.parse(settings)

    assert str(error.value).startswith(told)


def test_samconfig_is_toml_with_every_parameter_as_the_template_names_it() -> None:
    chosen = Configuration(shards=7, key_groups=32, linger_seconds=0.5)

    read = tomllib.loads(chosen.samconfig())
    overrides = read["default"]["deploy"]["parameters"]["parameter_overrides"]

    given = dict(override.split("=", 1) for override in overrides)
    assert isinstance(read["version"], float), "SAM does not read a file without"
    assert given.pop("Schedule").strip("'") == chosen.schedule
    assert given == chosen.parameters
    assert given["ShardCount"] == "7"
    assert set(given) <= set(TEMPLATE)
    assert "linger_seconds=0.5" in chosen.samconfig()


def test_a_document_brings_the_configuration_back() -> None:
    chosen = Configuration(shards=3, table_mode=CapacityMode.PROVISIONED)

    assert Configuration(**chosen.as_document()) == chosen
    assert {*PARAMETERS, *PRODUCER_OPTIONS, *SCHEDULE} < set(chosen.as_document())


def test_more_shards_than_the_template_takes_are_said_with_what_to_do() -> None:
    many = Configuration(shards=201)

    assert "ShardCount is 201" in many.beyond
    assert "MaxValue" in many.samconfig().splitlines()[1]
    assert tomllib.loads(many.samconfig())
    assert not Configuration(shards=200).beyond
    assert not replace(many, stream_mode=CapacityMode.ON_DEMAND).beyond
