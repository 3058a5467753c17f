"""Mistakes of the sweep, which repairs what the log's stream has lost."""

import pytest

from consumers.sweep import plan, sweep
from consumers.sweep.probe import LogProbe
from consumers.sweep.sweep import Sweep
from tests.simulation.mistakes import noticed_by

Patch = pytest.MonkeyPatch


@noticed_by(14, "minutes at")
def nothing_is_missing(patch: Patch) -> None:
    """The log is not asked for segments that the trends lack."""
    patch.setattr(LogProbe, "found", lambda *_: [])


@noticed_by(80, "nobody told of it")
def what_nobody_told_of_stays_untold(patch: Patch) -> None:
    """Hours are not corrected and minutes not noted but where a segment was missing."""
    patch.setattr(Sweep, "_correct", lambda *_: None)


@noticed_by(14, "minutes at")
def one_hour_of_a_slice_is_passed_over(patch: Patch) -> None:
    """The next run goes on an hour behind the one where it should."""
    next_slice = plan.next_slice

    def sliced(cursor: int | None, now: float, hours_a_round: int) -> object:
        found = next_slice(cursor, now, hours_a_round)
        return found._replace(hours=found.hours[1:] or found.hours)

    patch.setattr(sweep, "next_slice", sliced)


@noticed_by(6, "minutes at")
def each_run_begins_with_the_newest_hour(patch: Patch) -> None:
    """The sweep forgets where the run before left off, and never comes to older hours."""
    next_slice = plan.next_slice
    patch.setattr(sweep, "next_slice", lambda _cursor, now, hours: next_slice(None, now, hours))
