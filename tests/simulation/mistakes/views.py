"""Mistakes of the function that makes views, and of those who tell it what has changed."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from consumers.rollup.noting import Noting
from consumers.rollup.report import Report
from consumers.trends.notes import Changed
from consumers.trends.table import TrendsTable
from consumers.views import running_counts
from consumers.views.memory import Change, Memory, Packed, Part
from consumers.views.strips.view import StripsView
from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.world.handlers import here
from simulation.world.view_order import DIRECTORIES, ITEMS
from tests.simulation.mistakes import noticed_by

Patch = pytest.MonkeyPatch


@noticed_by(40, "was replaced by one of")
def views_are_written_without_a_condition(patch: Patch) -> None:
    """Of two environments the later one wins, however old what it writes is."""
    put_item, update_item = SimulatedDynamoDB.put_item, SimulatedDynamoDB.update_item

    def put(self: SimulatedDynamoDB, **request: Any) -> object:  # noqa: ANN401 - boto3's request
        if request["Item"].get("bucket", {}).get("S", "").startswith(ITEMS):
            request = {name: value for name, value in request.items() if not name.startswith(("Condition", "Expr"))}
        return put_item(self, **request)

    def update(self: SimulatedDynamoDB, **request: Any) -> object:  # noqa: ANN401 - boto3's request
        if request["Key"].get("bucket", {}).get("S", "").startswith(DIRECTORIES):
            del request["ConditionExpression"]
        return update_item(self, **request)

    patch.setattr(SimulatedDynamoDB, "put_item", put)
    patch.setattr(SimulatedDynamoDB, "update_item", update)


@noticed_by(0, "nobody told of it")
def a_change_is_not_noted(patch: Patch) -> None:
    """Who writes a minute tells nobody."""
    patch.setattr(TrendsTable, "note_changes", lambda *_: None)


@noticed_by(80, "nobody told of it")
def a_repeat_is_not_noted(patch: Patch) -> None:
    """Who finds a minute written takes it that its writer has noted it."""
    note = Noting.note

    def noted(self: Noting, changed: Changed, report: Report, time_left: Callable[[], float]) -> None:
        if report.buckets_written:
            note(self, changed, report, time_left)

    patch.setattr(Noting, "note", noted)


@noticed_by(40, "the totals of")
def what_changes_meanwhile_is_taken_for_followed(patch: Patch) -> None:
    """Numbers are read after what they are about, when all views have been made, which takes a while."""
    done = Memory.done

    def late(self: Memory, change: Change) -> None:
        here().scheduler.sleep(min(35.0, change.time_left() / 2))
        noted = self.changes(min(change.noted, default=0), max(change.noted, default=0))
        numbers = {minute: number for hour in noted.values() for minute, number in hour.items()}
        for part, held in self._held.items():
            version = sum(numbers.get(minute, 0) for minute in range(part.start, part.end, 60))
            self._held[part] = held._replace(version=version)
        change.noted.update(noted)
        done(self, change)

    patch.setattr(Memory, "done", late)


@noticed_by(180, "the totals of")
def what_is_remembered_is_not_read_again(patch: Patch) -> None:
    """An environment sees a minute or an hour as it was when it first read it."""
    read = Memory.read

    def once(self: Memory, wanted: Mapping[Part, int], change: Change) -> dict[Part, Packed]:
        held = {part: self._held[part].version for part in wanted if part in self._held}
        return read(self, {**wanted, **held}, change)

    patch.setattr(Memory, "read", once)


@noticed_by(0, "the totals of")
def what_slides_away_stays(patch: Patch) -> None:
    """A window's sum takes in what is new, and nothing is taken out of it."""
    patch.setattr(running_counts, "take_out", lambda *_: None)


@noticed_by(0, "of 5m is")
def five_minutes_have_six(patch: Patch) -> None:
    """A window takes in the minute before its first."""
    minutes = Change.minutes
    patch.setattr(Change, "minutes", lambda self, start, end: minutes(self, start - 60 * (end - start == 300), end))


@noticed_by(40, "was counted")
def directories_go_on_promising_what_has_changed(patch: Patch) -> None:
    """Strips that lack a change are read all the same."""
    patch.setattr(StripsView, "_clear", lambda *_: None)
