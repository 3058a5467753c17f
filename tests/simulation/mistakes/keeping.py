"""Mistakes in what is kept, and for how long."""

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from consumers.ingest import reader
from consumers.pane_log.segment import Segment
from consumers.pane_log.writer import Writer
from consumers.trends.retention import Retention
from tests.simulation.mistakes import noticed_by

Patch = pytest.MonkeyPatch


@noticed_by(1, "not among the failed events")
def failed_events_are_cut(patch: Patch) -> None:
    """Of a failed event's bytes the first ones are kept."""
    patch.setattr("consumers.failed_events.b64encode", lambda data: b64encode(data[:8]))


@noticed_by(1, "expires while its events may come again")
def segments_expire_with_their_pane(patch: Patch) -> None:
    """A segment expires when its pane is over, and a repeat of its events is counted again."""
    make = Writer._segment

    def short_lived(self: Writer, address: Any, *rest: Any) -> Segment:  # noqa: ANN401 - as the original has it
        return replace(make(self, address, *rest), expires=address.pane + address.seconds)

    patch.setattr(Writer, "_segment", short_lived)


@noticed_by(1, "expires at")
def trends_expire_as_they_begin(patch: Patch) -> None:
    """Minutes, hours and days are kept for no time."""
    patch.setattr(Retention, "expires_at", lambda _self, _level, start: start)


@noticed_by(1, "minutes at")
def times_in_utc_are_a_minute_late(patch: Patch) -> None:
    """What is written with a Z, as the SDK does, is taken for the next minute."""
    read = reader._minute
    patch.setattr(reader, "_minute", lambda text: read(text) + 60)
