"""What a worker does in the end."""

import gc
import sys
from dataclasses import replace
from multiprocessing import Pipe
from time import monotonic
from typing import Any

import pytest

from load.generator.snapshot import Snapshot
from load.generator.stream import StreamAddress
from load.generator.stubbed_stream import StubbedStream
from load.generator.worker import SAMPLES, Ready, sampled_every, work
from load.runs.run import LEAST_DRAIN_SECONDS, RunOptions
from load.workload.shapes import steady
from tests.unit.load.generator.test_team import task


class RefusingStream(StubbedStream):
    """Takes nothing, so that the SDK tries again and again."""

    def put_records(self, *, Records: list[dict[str, Any]], **_request: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        refused = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "Rate exceeded"}
        return {"FailedRecordCount": len(Records), "Records": [refused] * len(Records)}


def test_what_has_no_outcome_in_time_is_given_up_and_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(sys, "setswitchinterval", lambda _: None)
    monkeypatch.setattr(StreamAddress, "client", lambda *_: RefusingStream())
    ours, theirs = Pipe()
    ours.send(monotonic())
    work(replace(task(rate=100, seconds=0.3), drain_seconds=0.2), theirs)
    assert isinstance(ours.recv(), Ready)
    told: list[Snapshot] = []
    while ours.poll():
        told.append(ours.recv())
    last = told[-1]
    assert (last.done, last.accepted, last.failed) == (True, 0, last.sent)
    assert last.sent > 0
    assert last.failure == "it had no outcome within 0.2 s after the last event was sent"


@pytest.mark.parametrize(("settle", "drain"), [(0.0, LEAST_DRAIN_SECONDS), (120.0, 120.0)])
def test_the_streams_answers_are_waited_for_as_long_as_what_follows_them(settle: float, drain: float) -> None:
    assert RunOptions(profile=steady(1, 1), settle_seconds=settle).drain_seconds == drain


@pytest.mark.parametrize("rate", [1, SAMPLES, SAMPLES + 1, 740, 1_499, 100_000])
def test_no_more_are_sampled_than_said(rate: int) -> None:
    assert rate / sampled_every(rate) <= SAMPLES
    assert sampled_every(rate) == 1 or rate / (sampled_every(rate) - 1) > SAMPLES, "nor fewer than could be"
