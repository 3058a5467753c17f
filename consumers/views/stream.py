"""What a batch of the trends table's stream tells: the hours that change notes were written for."""

from collections.abc import Mapping
from typing import Any

from consumers.tables import CHANGED
from consumers.trends.notes import hour_of


def hours_noted(event: Mapping[str, Any]) -> set[int]:
    """Return the hours (epoch seconds) of the notes in a batch; none for a tick of the clock, which has no records.

    Records of other items are passed over: the mapping's filter keeps them away, and nothing depends on it.
    """
    keys = [record["dynamodb"]["Keys"] for record in event.get("Records", ())]
    return {hour_of(each) for each in keys if each["bucket"]["S"] == CHANGED}
