"""Worlds that keep botocore: clients are boto3's own, and what they do by themselves happens in the world."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from consumers.rollup.environment import CALL_CONFIG
from penstock.config import ProducerConfig
from simulation.world.handlers import run_by, simulated_handlers
from simulation.world.kinds import BOTOCORE_AT, BOTOCORE_EVERY, Kind
from simulation.world.names import TRENDS_TABLE
from simulation.world.process import Process
from simulation.world.world import World

ATTEMPTS = 4
"""Of each call of a function, as the product sets them."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(BOTOCORE_AT + BOTOCORE_EVERY, tmp_path, allowed=["refused_call"])
    with simulated_handlers(), run_by(world.scheduler):
        yield world
        world.end()


def test_no_world_keeps_botocore_and_has_views_since_both_are_dear() -> None:
    assert not any(Kind.of(seed).has_views for seed in range(BOTOCORE_AT, 100 * BOTOCORE_EVERY, BOTOCORE_EVERY))


def test_producers_and_functions_have_boto3s_own_clients_and_other_worlds_and_callers_have_not(
    world: World, tmp_path: Path
) -> None:
    caller = Process(world.scheduler, "caller")
    assert isinstance(world.client("dynamodb", caller, CALL_CONFIG), BaseClient)
    assert world.producer_client(caller, ProducerConfig()).meta.config.retries["total_max_attempts"] == 1
    assert not isinstance(world.client("dynamodb", caller), BaseClient)
    (tmp_path / "others").mkdir()
    other = World(BOTOCORE_AT + 1, tmp_path / "others", allowed=())
    assert not isinstance(other.client("dynamodb", caller, CALL_CONFIG), BaseClient)
    assert not isinstance(other.producer_client(caller, ProducerConfig()), BaseClient)
    other.end()


def test_a_call_that_is_refused_is_made_again_after_a_while_of_the_worlds_own_time(world: World) -> None:
    world.faults._rates["refused_call"] = 1.0
    client = world.client("dynamodb", Process(world.scheduler, "caller"), CALL_CONFIG)
    found: list[str] = []

    def ask() -> None:
        with pytest.raises(ClientError, match="InternalServerError"):
            client.get_item(TableName=TRENDS_TABLE, Key={"bucket": {"S": "rollup"}, "start": {"S": "levels"}})
        found.extend(line for line in world.trace.lines() if " caller get_item " in line)

    world.within(ask)
    assert len(found) == ATTEMPTS
    moments = [float(line.split()[0]) for line in found]
    assert moments == sorted(set(moments))
