"""Lambda's own objects are read as its documentation describes them."""

import json
import math
from typing import Any

import pytest

from consumers.discarded_batch import DiscardedBatchError, read
from consumers.redrive.selection import Selection
from simulation.event_source_mapping.batch import Batch
from simulation.event_source_mapping.invocation_record import Condition, invocation_record
from simulation.event_source_mapping.records import StreamRecord
from tests.unit.consumers.ingest.batches import Put, a_batch
from tests.unit.simulation.event_source_mapping.world import BUCKET_ARN, IDENTITY, START, mapping

PAYLOAD = a_batch(Put(7, b"a"), Put(8, b"b"))
DOCUMENT: dict[str, Any] = {
    "requestContext": {"requestId": "x", "condition": "RetryAttemptsExhausted", "approximateInvokeCount": 1},
    "KinesisBatchInfo": {
        "shardId": "shardId-000000000001",
        "approximateArrivalOfFirstRecord": "2026-11-21T00:38:04.835Z",
        "approximateArrivalOfLastRecord": "2026-11-21T00:38:05.580Z",
    },
    "payload": json.dumps(PAYLOAD),
}


@pytest.mark.parametrize("payload", [json.dumps(PAYLOAD), PAYLOAD])
def test_the_payload_is_the_event_that_ingest_would_have_been_given(payload: object) -> None:
    batch = read(DOCUMENT | {"payload": payload})
    assert batch is not None
    assert batch.sound == PAYLOAD["Records"]
    assert (batch.records, batch.odd) == (2, [])
    assert batch.condition == "RetryAttemptsExhausted"
    assert batch.arrivals == ("2026-11-21T00:38:04.835Z", "2026-11-21T00:38:05.580Z")


def test_what_the_local_pollers_write_is_read() -> None:
    batch = Batch((StreamRecord(0, "100", "k", START, b'{"n":1}'),), invocations=1)
    made = invocation_record(
        mapping(DestinationConfig={"OnFailure": {"Destination": BUCKET_ARN}}),
        IDENTITY,
        "shardId-000000000001",
        batch,
        Condition.AGE,
        now=START,
        new_id="random",
    )
    discarded = read(json.loads(made.body))
    assert discarded is not None
    assert discarded.records == 1
    assert Selection.of(days=("2026-04-29",)).wants_batch(made.key)


@pytest.mark.parametrize(
    "change",
    [
        {"payload": ""},
        {"payload": "{}"},
        {"payload": '{"Records": []}'},
        {"payload": None},
        {"payload": '{"Records": {"a": 1}}'},
        {"KinesisBatchInfo": {}},
        {"KinesisBatchInfo": None},
        {"requestContext": []},
    ],
)
def test_anything_else_is_told(change: dict[str, object]) -> None:
    with pytest.raises(DiscardedBatchError, match="not the record of a discarded Kinesis batch"):
        read(DOCUMENT | change)


SOUND: dict[str, Any] = PAYLOAD["Records"][0]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        "text",
        {},
        {"kinesis": None},
        {"kinesis": {}},
        *(
            SOUND | {"kinesis": SOUND["kinesis"] | {name: value}}
            for name, value in [
                ("approximateArrivalTimestamp", 1e12),
                ("approximateArrivalTimestamp", 1e300),
                ("approximateArrivalTimestamp", math.inf),
                ("approximateArrivalTimestamp", math.nan),
                ("approximateArrivalTimestamp", -1),
                ("approximateArrivalTimestamp", "now"),
                ("approximateArrivalTimestamp", True),
                ("partitionKey", None),
                ("partitionKey", [1]),
                ("sequenceNumber", 7),
                ("sequenceNumber", "9" * 5_000),
                ("data", None),
                ("data", "\u00e9"),
            ]
        ),
        SOUND | {"eventID": 5},
        SOUND | {"eventID": "../../x:1"},
        SOUND | {"eventID": ""},
        SOUND | {"eventSourceARN": None},
    ],
)
def test_a_record_of_another_shape_does_not_hide_the_others(odd: object) -> None:
    batch = read(DOCUMENT | {"payload": json.dumps({"Records": [SOUND, odd, SOUND]})})
    assert batch is not None
    assert (batch.sound, batch.odd, batch.records) == ([SOUND, SOUND], [2], 3)


def test_a_batch_of_a_tables_stream_is_left_to_the_sweep() -> None:
    assert read({"DDBStreamBatchInfo": {}, "payload": "{}"}) is None
