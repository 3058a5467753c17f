"""The exercises: each makes a fault, sees what tells of it, mends it, and finds every event counted once."""

import functools
import json
from collections.abc import Callable, Mapping
from typing import Final

from local.gameday.drill import Drill, DrillError
from simulation.event_source_mapping.invocation import Answered

Exercise = Callable[[Drill], None]


def poison(drill: Drill) -> None:
    """Records that are no events arrive among others."""
    failed = drill.since_now(lambda: drill.metric("FailedEvents", "ingest"))
    drill.put_records([b"\xff this is no event", b'{"kind": "shout"}'], "poison")
    drill.say("put two records that are no events")
    drill.put(drill.events(50))
    drill.see("FailedEventsAlarm", "failed events", failed, least=2)
    drill.come_back()


def hot_shard(drill: Drill) -> None:
    """A producer puts everything under one partition key, more than its shard takes in a second."""
    events = drill.events(300, text="x" * 6_000)
    refused = drill.put_records([event.to_json() for event in events], "everything")
    drill.say(f"put {len(events)} records of 6 KB under one partition key in one call")
    drill.see("StreamThrottledAlarm", "records refused", lambda: float(refused))
    drill.say(
        "the same events by the SDK, which spreads them by author, waits and repeats; those that were taken count once"
    )
    drill.put(events)
    drill.come_back()


def table_throttled(drill: Drill) -> None:
    """DynamoDB refuses every call to the pane log."""
    table = drill.stack.outputs["PaneLogTableName"]
    failed = drill.since_now(lambda: drill.metric("WritesFailed", "ingest"))
    drill.stack.refuse(table, refused=True)
    drill.say(f"{table} refuses calls from now on")
    try:
        drill.put(drill.events(100))
        drill.see("WritesFailedAlarm", "writes failed", failed)
    finally:
        drill.stack.refuse(table, refused=False)
    drill.say(f"{table} takes calls again")
    drill.come_back()


def rollup_stopped(drill: Drill) -> None:
    """Rollup is not run, while events arrive."""
    counted = drill.counted()
    drill.stack.hold("RollupFunction", held=True)
    drill.say("rollup has a reserved concurrency of 0 from now on")
    try:
        drill.put(drill.events(100))
        lag = functools.partial(drill.stack.lag, "RollupFunction")
        drill.see("RollupLagAlarm", "seconds that the oldest segment has waited", lag, least=2)
        if drill.counted() != counted:
            raise DrillError("events are counted without rollup")
        drill.say("none of the events is counted")
    finally:
        drill.stack.hold("RollupFunction", held=False)
    drill.say("rollup runs again")
    drill.come_back()


def broken_deploy(drill: Drill) -> None:
    """A deploy brings a version of ingest that can't be loaded."""
    failed = drill.since_now(drill.stack.failed_invocations)
    drill.stack.deploy("IngestFunction", handler="consumers.ingest.handler.gone")
    drill.say("deployed a version of ingest whose handler does not exist")
    try:
        drill.put(drill.events(100))
        drill.see("IngestErrorsAlarm", "invocations failed", failed)
    finally:
        drill.stack.deploy("IngestFunction")
    drill.say("deployed the version before")
    drill.come_back()


def redrive(drill: Drill) -> None:
    """A client's new version sends events that break a rule; mended, they are brought back, twice."""
    failed = drill.since_now(lambda: drill.metric("FailedEvents", "ingest"))
    made = drill.events(20)
    drill.put_records(
        [json.dumps({**json.loads(each.to_json()), "lang": "no language"}).encode() for each in made], "a"
    )
    drill.say(f"put {len(made)} events whose language is none")
    drill.see("FailedEventsAlarm", "failed events", failed, least=len(made))
    drill.expect(len(made))
    for time in ("", " again, which sends none twice"):
        result = drill.stack.invoke("RedriveFunction", {"action": "send", "reasons": ["invalid"], "set": ["lang=und"]})
        if not isinstance(result, Answered):
            raise DrillError(f"redrive failed: {result}")
        drill.say(f"redrive with lang=und{time}")
    drill.come_back()


EXERCISES: Final[Mapping[str, Exercise]] = {
    "poison": poison,
    "hot-shard": hot_shard,
    "table-throttled": table_throttled,
    "rollup-stopped": rollup_stopped,
    "broken-deploy": broken_deploy,
    "redrive": redrive,
}
