"""Processes of the generator: begun together, heard, given probes, and told of when they break down."""

from dataclasses import replace

import pytest

from load.generator.probe import Acknowledged, Probe
from load.generator.snapshot import Snapshot
from load.generator.stream import StreamAddress
from load.generator.team import Team, WorkerFailedError, tasks
from load.generator.worker import Task
from load.workload.events import EventShape
from load.workload.profile import Piece, Profile
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
        drain_seconds=30.0,
    )


def last_words(told: list[Snapshot | Acknowledged]) -> list[Snapshot]:
    return list({each.worker: each for each in told if isinstance(each, Snapshot)}.values())


def test_workers_send_what_is_due_tell_of_it_and_put_probes_among_it() -> None:
    told: list[Snapshot | Acknowledged] = []
    with Team(tasks(task(rate=400, seconds=1.0), 2)) as team:
        team.begin()
        for number in range(4):
            team.put(Probe(number, "someone", b"{}"))
        while not team.done:
            told += team.listen(1.0)
    assert sum(each.sent for each in last_words(told)) == 400
    assert sum(each.accepted for each in last_words(told)) == 400
    *_, sent, done = (each for each in told if isinstance(each, Snapshot) and each.worker == 0)
    assert (sent.sent, sent.done, done.done) == (done.sent, False, True), (
        "what was sent is told before it is waited for"
    )
    outcomes = [each for each in told if isinstance(each, Acknowledged)]
    assert sorted((each.number, each.failure) for each in outcomes) == [(number, None) for number in range(4)]


def test_workers_go_on_in_a_silence_until_the_profiles_end() -> None:
    told: list[Snapshot | Acknowledged] = []
    loud_then_silent = Profile([Piece(0.5, 100.0, 100.0), Piece(1.5, 0.0, 0.0)])
    with Team(tasks(replace(task(rate=1, seconds=1.0), profile=loud_then_silent), 2)) as team:
        team.begin()
        while sum(each.sent for each in last_words(told)) < 50:
            told += team.listen(1.0)
        assert not team.done
        team.put(Probe(0, "someone", b"{}"))
        while not team.done:
            told += team.listen(1.0)
    assert [each.failure for each in told if isinstance(each, Acknowledged)] == [None]
    assert all(each.at >= 2.0 for each in last_words(told))


def test_a_worker_that_breaks_down_says_why() -> None:
    with (
        Team(tasks(task(rate=1, seconds=1.0, stream="no such name!"), 1)) as team,
        pytest.raises(WorkerFailedError, match="broke down: ConfigurationError"),
    ):
        team.begin()
