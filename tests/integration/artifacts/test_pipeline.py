"""The packages as the pipeline: events put by the SDK are counted once each, though environments are killed."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from artifacts.command import OUTPUT, ROOT
from local.functions.runtime import ArtifactRuntime
from local.run.trends_client import TrendsClient
from local.stack import LocalStack
from penstock import Producer, SocialEvent

STARTED = datetime.now(UTC)
READERS = ("Ingest", "Rollup", "Views", "Archive")
PARAMETERS = {"Archive": "true", "CorrectionPercent": "1000000"} | {
    f"{each}WindowSeconds": "1" if each == "Views" else "0" for each in READERS
}
"""Every function that reads a stream runs, and waits for no more than it must."""


@pytest.fixture(scope="module")
def stack(packages_here: ArtifactRuntime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with LocalStack.start(
        template=ROOT / "template.yaml",
        port=0,
        directory=tmp_path_factory.mktemp("stack"),
        parameters=PARAMETERS,
        runtime=packages_here,
    ) as running:
        yield running


def put(stack: LocalStack, events: list[SocialEvent]) -> None:
    with Producer(stack.outputs["StreamName"], client=stack.client("kinesis")) as producer:
        for result in [producer.put(event) for event in events]:
            assert result.result(60)
    assert stack.wait_until_idle(120)


def test_events_are_counted_once_by_packages_whose_environments_are_killed(stack: LocalStack) -> None:
    events = [
        SocialEvent(
            event_id=str(number),
            kind="post",
            platform="test",
            author=f"author {number % 7}",
            created_at=STARTED,
            hashtags=[f"tag{number % 5}"],
        )
        for number in range(200)
    ]
    put(stack, events[:120])
    first = {name: stack.processes_of(name) for name in (f"{each}Function" for each in READERS)}
    for name, processes in first.items():
        assert processes, f"{name} has not run"
        for process in processes:
            assert Path(f"/proc/{process}/cwd").resolve() == (OUTPUT / "host" / name).resolve(), "it runs the source"
            os.kill(process, signal.SIGKILL)
    put(stack, events[80:])

    for name, processes in first.items():
        assert set(stack.processes_of(name)) - set(processes), f"{name} has not started anew"
    counted = TrendsClient(stack.url, started=STARTED, dedup_days=stack.dedup_days)
    assert counted.counts("hashtag") == Counter(event.hashtags[0] for event in events)
    assert counted.events() == len(events)
    archived = stack.client("s3").list_objects_v2(Bucket=stack.outputs["ArchiveBucketName"])
    assert archived["KeyCount"] > 0
    [reporting] = stack.processes_of("ReportingFunction")
    assert Path(f"/proc/{reporting}/cwd").resolve() == (OUTPUT / "host/ReportingFunction").resolve()
