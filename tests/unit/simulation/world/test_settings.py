"""Simulated worlds have the template's settings, but for those that seeds draw or parameters choose."""

from pathlib import Path

import pytest

from consumers.rollup.levels import TAKE_OVER_SECONDS
from local.template.resources import StackResources
from simulation.event_source_mapping import MappingConfig
from simulation.world.functions import TIMEOUT_SECONDS
from simulation.world.handlers import FunctionName, simulated_handlers
from simulation.world.world import World
from tests.unit.translated_template import template_with

WITH_VIEWS = 0
"""A seed."""


@pytest.fixture(scope="module")
def stack() -> StackResources:
    template = template_with()
    _, attributes = template.data_template()
    streams: dict[tuple[str, str | None], str] = {
        ("EventStream", "Arn"): "kinesis:eu-west-1:123456789012:stream/events"
    }
    arns = {key: f"arn:aws:{streams.get(key, 'dynamodb:eu-west-1:1:table/t/stream/s')}" for key in attributes.values()}
    return template.resources(arns | {("FailedEventsBucket", "Arn"): "arn:aws:s3:::failed-events"})


def test_functions_have_the_templates_time(stack: StackResources) -> None:
    assert {
        name: stack.functions[f"{name.title()}Function"].timeout_seconds for name in FunctionName
    } == TIMEOUT_SECONDS
    assert max(TIMEOUT_SECONDS.values()) <= TAKE_OVER_SECONDS


def test_mappings_are_the_templates(stack: StackResources, tmp_path: Path) -> None:
    def rules(config: MappingConfig) -> tuple[object, ...]:
        return (
            config.stream_kind,
            config.starting_position,
            config.bisect_on_error,
            config.maximum_retry_attempts,
            config.maximum_record_age,
            config.report_batch_item_failures,
            config.tumbling_window,
            [pattern.keys for pattern in config.filters],
            config.on_failure is None,
        )

    deployed = {each.function: rules(MappingConfig.from_properties(each.properties)) for each in stack.mappings}
    with simulated_handlers():
        world = World(WITH_VIEWS, tmp_path, ())
        simulated = {f"{mapping.name.title()}Function": rules(mapping.config) for mapping in world.mappings}
        world.end()
    assert {name: deployed[name] for name in simulated} == simulated
