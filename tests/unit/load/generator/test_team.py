"""Processes of the generator: begun together, heard, given probes, and told of when they break down."""

import pytest

from load.generator.probe import Acknowledged, Probe
from load.generator.snapshot import Snapshot
from load.generator.stream import StreamAddress
from load.generator.team import Team, WorkerFailedError, tasks
from load.generator.worker import Task
from load.workload.events import EventShape
from load.workload.shapes import steady
from penstock.config import ProducerConfig


def task(*, rate: float, seconds: float, stream: str = "stub") -> Task:
    return Task(
        worker=0,
        workers=1,
        profile=steady(rate, seconds),
        warm_up_seconds=0.0,
        arrivals="even",
        shape=EventShape(),
        seed=0,
        name="t",
        address=StreamAddress(stream, shards=2),
        producer=ProducerConfig(),
    )


def test_workers_send_what_is_due_tell_of_it_and_put_probes_among_it() -> None:
    told: list[Snapshot | Acknowledged] = []
    with Team(tasks(task(rate=400, seconds=1.0), 2)) as team:
        team.begin()
        for number in range(4):
            team.put(Probe(number, "someone", b"{}"))
        while not team.done:
            told += team.listen(1.0)
    last = {each.worker: each for each in told if isinstance(each, Snapshot)}
    assert sum(each.sent for each in last.values()) == 400
    assert sum(each.accepted for each in last.values()) == 400
    outcomes = [each for each in told if isinstance(each, Acknowledged)]
    assert sorted((each.number, each.failure) for each in outcomes) == [(number, None) for number in range(4)]


def test_a_worker_that_breaks_down_says_why() -> None:
    with (
        Team(tasks(task(rate=1, seconds=1.0, stream="no such name!"), 1)) as team,
        pytest.raises(WorkerFailedError, match="broke down: ConfigurationError"),
    ):
        team.begin()
