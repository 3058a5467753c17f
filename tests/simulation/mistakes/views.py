"""Mistakes of the function that makes views, and of those who tell it what has changed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from consumers.rollup.report import Report
from consumers.rollup.rollup import Rollup
from consumers.trends.table import TrendsTable
from consumers.views import running_counts
from consumers.views.memory import Change, Memory, Packed, Part
from consumers.views.strips.view import StripsView
from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.world.handlers import here
from simulation.world.view_order import DIRECTORIES, ITEMS
from tests.simulation.mistakes import noticed_by

Patch = pytest.MonkeyPatch


@noticed_by(40)
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


@noticed_by(0)
def a_change_is_not_noted(patch: Patch) -> None:
    """Who writes a minute tells nobody."""
    patch.setattr(TrendsTable, "note_changes", lambda *_: None)


@noticed_by(80)
def a_repeat_is_not_noted(patch: Patch) -> None:
    """Who finds a minute written takes it that its writer has noted it."""
    note = Rollup.note_changes

    def noted(self: Rollup, minutes: Iterable[int], report: Report, time_left: Callable[[], float]) -> None:
        if report.buckets_written:
            note(self, minutes, report, time_left)

    patch.setattr(Rollup, "note_changes", noted)


@noticed_by(280)
def numbers_are_read_after_what_they_are_about(patch: Patch) -> None:
    """A minute that changes while it is read, or soon after, is taken for read as it is then."""
    read = Memory.read

    def late(self: Memory, wanted: Mapping[Part, int], change: Change) -> dict[Part, Packed]:
        before = dict(self._held)
        found = read(self, wanted, change)
        here().scheduler.sleep(4.0)
        hours = {part.start // 3_600 * 3_600 for part in wanted}
        noted = {hour: self.changes(hour, hour).get(hour, {}) for hour in sorted(hours)}
        for part, held in self._held.items():
            if part in wanted and before.get(part) is not held:
                hour = noted[part.start // 3_600 * 3_600]
                number = sum(each for minute, each in hour.items() if part.start <= minute < part.end)
                self._held[part] = held._replace(version=number)
        return found

    patch.setattr(Memory, "read", late)


@noticed_by(20)
def what_is_remembered_is_not_read_again(patch: Patch) -> None:
    """An environment sees a minute or an hour as it was when it first read it."""
    read = Memory.read

    def once(self: Memory, wanted: Mapping[Part, int], change: Change) -> dict[Part, Packed]:
        held = {part: self._held[part].version for part in wanted if part in self._held}
        return read(self, {**wanted, **held}, change)

    patch.setattr(Memory, "read", once)


@noticed_by(0)
def what_slides_away_stays(patch: Patch) -> None:
    """A window's sum takes in what is new, and nothing is taken out of it."""
    patch.setattr(running_counts, "take_out", lambda *_: None)


@noticed_by(0)
def directories_go_on_promising_what_has_changed(patch: Patch) -> None:
    """Strips that lack a change are read all the same."""
    patch.setattr(StripsView, "_clear", lambda *_: None)
