"""Hostile records by the thousand: nothing stumbles, and each is counted exactly or found as a failed event.

`FUZZ_RECORDS=1000000 pytest tests/unit/consumers/ingest/test_fuzz.py` is what `make soak` does.
"""

import os
from collections import Counter

from consumers import counts
from consumers.failed_events import FailedEventStore
from consumers.ingest.ingest import Ingest
from consumers.pane_log import segment as segments
from consumers.pane_log.log import PaneLog
from consumers.pane_log.writer import Writer
from consumers.redrive.survey import read_failed_events
from consumers.schedule import DAY, Schedule
from penstock.events import SocialEvent
from simulation.services.s3 import SimulatedS3
from tests.unit.consumers.ingest.batches import SHARD, Put, a_batch
from tests.unit.consumers.ingest.hostile import Payload, records
from tests.unit.consumers.rollup.making import SerialExecutor
from tests.unit.consumers.simulated_tables import LOG_TABLE, SimulatedTables

RECORDS = int(os.environ.get("FUZZ_RECORDS", "20000"))
BATCH = 500
SCHEDULE = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 2, "buckets": 4}]')


def test_each_of_many_hostile_records_is_counted_exactly_or_found_as_a_failed_event() -> None:
    for number, start in enumerate(range(0, RECORDS, 10 * BATCH)):
        check(seed=number, batches=min(10, -(-(RECORDS - start) // BATCH)))


def check(seed: int, batches: int) -> None:
    """Hold what becomes of some batches of records against what must; each time into tables of their own."""
    dynamodb, s3 = SimulatedTables(), SimulatedS3("failed")
    ingest = Ingest(
        Writer(PaneLog(dynamodb.client(), LOG_TABLE), 0),
        FailedEventStore(s3.client(), "failed"),
        SerialExecutor(),
        schedule=SCHEDULE,
        dedup_seconds=7 * DAY,
    )
    sent: dict[tuple[int, int], Payload] = {}
    hostile = records(seed, batches * BATCH)
    for start in range(0, len(hostile), BATCH):
        puts = [Put(start + place, each.data) for place, each in enumerate(hostile[start : start + BATCH])]
        sent |= {
            (put.sequence, place): payload
            for put in puts
            for place, payload in enumerate(hostile[put.sequence].payloads)
        }
        result = ingest.process(a_batch(*puts), lambda: 60.0)
        assert result.answer == {"batchItemFailures": []}, seed
        assert result.events == sum(len(hostile[put.sequence].payloads) for put in puts)

    failed = {
        (int(event.sequence_number), event.sub_sequence_number): event
        for event in read_failed_events(s3.client(), "failed")
    }
    assert {event.shard_id for event in failed.values()} == {SHARD}
    assert failed.keys() <= sent.keys()
    for position, payload in sent.items():
        assert payload.counts is not (position in failed), (seed, position, payload)
    for position, event in failed.items():
        assert event.data == sent[position].data
    counted: dict[object, SocialEvent] = {}
    for position in sent.keys() - failed.keys():
        event_ = SocialEvent.model_validate_json(sent[position].data)
        identity = event_.event_id if "event_id" in event_.model_fields_set else position
        counted[event_.platform, event_.author, identity, SCHEDULE.address(event_.created_at.timestamp(), "").pane] = (
            event_
        )
    total = counts.empty()
    for item in dynamodb.tables[LOG_TABLE].values():
        counts.add(total, segments.decode(item).counts)
    assert total == {
        "hashtag": Counter(tag for event in counted.values() for tag in event.hashtags),
        "lang": Counter(event.lang or "und" for event in counted.values()),
        "platform": Counter(event.platform for event in counted.values()),
        "kind": Counter(event.kind for event in counted.values()),
    }
