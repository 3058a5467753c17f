"""The levels state: how far hours and days are summed, how far late segments are applied, how fresh the trends are."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from consumers.tables import LEVELS_STATE, Level
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import FORMAT_VERSION, AttributeMap, check_version

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef


class Mark(StrEnum):
    """The attributes of the state item. All but the last only ever rise, each by a conditional write of its own."""

    HOUR_CLOSING = "closing"
    HOUR_CLOSED = "closed"
    DAY_CLOSING = "day_closing"
    DAY_CLOSED = "day_closed"
    LATE_BEGUN = "late_begun"
    LATE_DONE = "late_done"
    NEWEST_ARRIVAL = "a"
    APPLIED_AT = "t"

    @classmethod
    def closing(cls, level: Level) -> "Mark":
        """Return the mark that says up to where `level` (hour or day) is being summed."""
        return cls.HOUR_CLOSING if level is Level.HOUR else cls.DAY_CLOSING

    @classmethod
    def closed(cls, level: Level) -> "Mark":
        """Return the mark that says up to where `level` (hour or day) is summed."""
        return cls.HOUR_CLOSED if level is Level.HOUR else cls.DAY_CLOSED


@dataclass(frozen=True, slots=True)
class LevelsState:
    """How far hours and days are summed (epoch seconds), and the newest arrival applied (epoch milliseconds)."""

    closing: int
    closed: int
    day_closing: int
    day_closed: int
    newest_arrival_ms: int | None = None
    late_done: int | None = None
    """Late segments that were due until then are applied; None before the first were."""
    late_begun: int | None = None
    """Likewise, or are being applied by someone."""
    applied_at_ms: int | None = None
    """When the newest arrival was applied, epoch milliseconds; None where older code did."""

    def is_closing(self, level: Level, start: int) -> bool:
        """Tell whether the hour or day at `start` is being summed or is summed: a change below must correct it."""
        return start < (self.closing if level is Level.HOUR else self.day_closing)


def encode_state(state: LevelsState) -> AttributeMap:
    """Return the state as a low-level item."""
    item: AttributeMap = {
        **LEVELS_STATE.attributes,
        "v": {"N": str(FORMAT_VERSION)},
        Mark.HOUR_CLOSING: {"N": str(state.closing)},
        Mark.HOUR_CLOSED: {"N": str(state.closed)},
        Mark.DAY_CLOSING: {"N": str(state.day_closing)},
        Mark.DAY_CLOSED: {"N": str(state.day_closed)},
    }
    for mark, value in (
        (Mark.NEWEST_ARRIVAL, state.newest_arrival_ms),
        (Mark.LATE_DONE, state.late_done),
        (Mark.LATE_BEGUN, state.late_begun),
        (Mark.APPLIED_AT, state.applied_at_ms),
    ):
        if value is not None:
            item[mark] = {"N": str(value)}
    return item


def decode_state(item: "Mapping[str, AttributeValueTypeDef]") -> LevelsState:
    """Read a low-level state item.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: something is missing or damaged.
    """
    check_version(item)
    try:
        return LevelsState(
            closing=int(item[Mark.HOUR_CLOSING]["N"]),
            closed=int(item[Mark.HOUR_CLOSED]["N"]),
            day_closing=int(item[Mark.DAY_CLOSING]["N"]),
            day_closed=int(item[Mark.DAY_CLOSED]["N"]),
            newest_arrival_ms=_optional(item, Mark.NEWEST_ARRIVAL),
            late_done=_optional(item, Mark.LATE_DONE),
            late_begun=_optional(item, Mark.LATE_BEGUN),
            applied_at_ms=_optional(item, Mark.APPLIED_AT),
        )
    except (KeyError, ValueError) as error:
        raise TrendsFormatError(f"no levels state: {error!r}") from error


def _optional(item: "Mapping[str, AttributeValueTypeDef]", mark: Mark) -> int | None:
    return int(item[mark]["N"]) if mark in item else None
