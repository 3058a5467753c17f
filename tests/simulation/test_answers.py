"""What handlers answer at the edges: nothing where something is wrong that nobody foresaw, so that all is repeated."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulation.world.course import Course
from simulation.world.environment import Environment, Fate
from simulation.world.handlers import FunctionName, run_by, simulated_handlers
from simulation.world.world import World

PLENTY, TOO_LITTLE = 60.0, 1.0
"""Seconds: to do all, and to answer without beginning another call."""

FUNCTIONS = [FunctionName.INGEST, FunctionName.ROLLUP]


class UnforeseenError(Exception):
    """What no code under test knows."""


class Unforeseen:
    """A client whose calls fail as no call does."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any operation
        raise UnforeseenError(name)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which some events were sent, and nothing fails."""
    world = World(1, Path(tmp_path_factory.mktemp("spools")), allowed=())
    with simulated_handlers(), run_by(world.scheduler):
        course = Course(world)
        course.send()
        assert course.drain()
        yield world
        world.end()


def a_batch(world: World, function: FunctionName) -> dict[str, Any]:
    mapping = world.ingest_mapping if function is FunctionName.INGEST else world.rollup_mapping
    batch: dict[str, Any] = json.loads(mapping.payloads[-1])
    return batch


def answers(world: World, function: FunctionName, batches: list[Any], seconds: float, client: Any = None) -> list[Any]:  # noqa: ANN401 - a client
    """Return what a new environment answers to batches, an exception as itself."""
    make: Callable[..., Any] = world.client if client is None else lambda *_: client
    environment = Environment(world.scheduler, function, 1_000, world.variables, make)
    found: list[Any] = []

    def program() -> None:
        for batch in batches:
            try:
                found.append(environment.invoke(batch, Fate(), world.scheduler.now + seconds, "request"))
            except UnforeseenError as error:
                found.append(error)
        ended.append(True)

    ended: list[bool] = []
    environment.adopt(world.scheduler.spawn(program, owner=environment))
    world.scheduler.run(done=lambda: bool(ended))
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_unforeseen_fails_the_batch_as_a_whole(world: World, function: FunctionName) -> None:
    client = Unforeseen()
    client.meta = world.dynamodb.meta  # type: ignore[attr-defined] # which a handler looks at before it makes a call
    [found] = answers(world, function, [a_batch(world, function)], PLENTY, client)
    assert isinstance(found, UnforeseenError)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_with_no_time_the_first_record_that_needs_a_call_is_answered(world: World, function: FunctionName) -> None:
    [found] = answers(world, function, [a_batch(world, function)], TOO_LITTLE)
    assert len(found["batchItemFailures"]) == 1


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_empty_batch_and_a_batch_once_more_are_acknowledged(world: World, function: FunctionName) -> None:
    full = a_batch(world, function)
    found = answers(world, function, [{"Records": []}, full, full], PLENTY)
    assert found == [{"batchItemFailures": []}] * 3


@pytest.mark.parametrize(("call", "ending"), [(1, "crashed"), (1_000, "answered")])
def test_a_kill_strikes_only_where_the_invocation_makes_so_many_calls(world: World, call: int, ending: str) -> None:
    environment = Environment(world.scheduler, FunctionName.INGEST, 1_000, world.variables, world.client)
    ended: list[str] = []
    environment.crashed = lambda: ended.append("crashed")
    fate = Fate(killed_before=call)

    def program() -> None:
        environment.invoke(a_batch(world, FunctionName.INGEST), fate, world.scheduler.now + PLENTY, "request")
        ended.append("answered")

    environment.adopt(world.scheduler.spawn(program, owner=environment))
    world.scheduler.run(done=lambda: bool(ended))
    environment.kill()
    assert ended == [ending]
