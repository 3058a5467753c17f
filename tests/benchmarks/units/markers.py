"""The usual way to count each event once: a marker for each event, and an ADD for each of its hashtags.

Powertools' idempotency puts a record of the event in progress on condition that there is none, and updates it when the
function is done (Powertools for AWS Lambda, "Idempotency", `DynamoDBPersistenceLayer`); the function adds 1 to a
counter of the minute for each hashtag. All of these items are smaller than 1 KB, so only the number of writes matters,
whatever the rate and the window.
"""

from typing import Final

from simulation.services.items import item_size
from simulation.services.units import write_units

HASHTAGS_AN_EVENT: Final = 1.5

_IN_PROGRESS: Final = {
    "id": {"S": "ingest.handler.process#" + 32 * "0"},
    "expiration": {"N": "1763737200"},
    "in_progress_expiration": {"N": "1763733660000"},
    "status": {"S": "INPROGRESS"},
}
_COMPLETED: Final = {**_IN_PROGRESS, "status": {"S": "COMPLETED"}, "data": {"S": "null"}}
_COUNTER: Final = {
    "hashtag": {"S": "rivers"},
    "minute": {"S": "2025-11-21T14:05"},
    "count": {"N": "1234"},
    "expiration": {"N": "1763737200"},
}

MARKER_UNITS: Final = (
    write_units(0, item_size(_IN_PROGRESS))
    + write_units(item_size(_IN_PROGRESS), item_size(_COMPLETED))
    + HASHTAGS_AN_EVENT * write_units(item_size(_COUNTER), item_size(_COUNTER))
)
"""Write units an event."""
