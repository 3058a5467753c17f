"""Change notes: which minutes may have changed, for whoever makes something of them (`consumers.views`).

Whoever writes a minute raises its number afterwards, by an ADD that meets no condition: two writers raise it by two. A
reader reads the numbers first and the minutes then, so a minute read holds all that its number tells of, and perhaps
more, of which a higher number will tell.

Beside the number stands what was told of: the sum of the revisions of the minute's buckets, once all of them and the
hour and day that hold it are up to date. Where it is not the sum that the buckets have, somebody wrote and has not told
of it; the sweep then does. (Of two writers the slower may leave the smaller sum, of which the sweep tells once more.)
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from consumers.schedule import MINUTE
from consumers.tables import Level, change_key, start_of
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import FORMAT_VERSION, check_version

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef, UpdateItemInputTypeDef

Versions = dict[int, int]
"""By minute (epoch seconds), how often it was noted; what is absent never was."""

Changed = Mapping[int, int | None]
"""Minutes (epoch seconds) to note, each with the sum of its buckets' revisions if all of that may be taken for told."""

NOT_TOLD = 0
"""A sum of revisions that no minute has: it is noted by the sweep, unless somebody else does first."""


class ChangeNote(NamedTuple):
    """What is noted of an hour."""

    hour: int
    """Epoch seconds."""
    versions: Versions
    revisions: Mapping[int, int]
    """By minute (epoch seconds), the sum of its buckets' revisions that was told of last; absent where none was."""


def note_request(table: str, hour: int, changed: Changed, expires_at: int) -> "UpdateItemInputTypeDef":
    """Return the request that notes the minutes of `changed`, all of the hour that starts at `hour` (epoch seconds)."""
    minutes = {f"{(minute - hour) // MINUTE:02}": revisions for minute, revisions in sorted(changed.items())}
    told = {name: revisions for name, revisions in minutes.items() if revisions is not None}
    values: dict[str, AttributeValueTypeDef] = {
        ":v": {"N": str(FORMAT_VERSION)},
        ":x": {"N": str(expires_at)},
        ":one": {"N": "1"},
    }
    return {
        "TableName": table,
        "Key": change_key(hour).attributes,
        "UpdateExpression": f"SET {', '.join(('#v = :v', '#x = :x', *(f'#r{name} = :r{name}' for name in told)))}"
        f" ADD {', '.join(f'#m{name} :one' for name in minutes)}",
        "ExpressionAttributeNames": {"#v": "v", "#x": "x"}
        | {f"#m{name}": f"m{name}" for name in minutes}
        | {f"#r{name}": f"r{name}" for name in told},
        "ExpressionAttributeValues": values | {f":r{name}": {"N": str(revisions)} for name, revisions in told.items()},
    }


def decode_note(item: "Mapping[str, AttributeValueTypeDef]") -> ChangeNote:
    """Read a note.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: something is missing or damaged.
    """
    check_version(item)
    try:
        hour = hour_of(item)
        return ChangeNote(hour, _by_minute(item, hour, "m"), _by_minute(item, hour, "r"))
    except (KeyError, ValueError) as error:
        raise TrendsFormatError(f"no change note: {error!r}") from error


def hour_of(keys: Mapping[str, Any]) -> int:
    """Return the hour (epoch seconds) that a note is of, by its low-level key.

    Raises:
        KeyError, ValueError: it is none.
    """
    return start_of(Level.HOUR, keys["start"]["S"])


def _by_minute(item: "Mapping[str, AttributeValueTypeDef]", hour: int, letter: str) -> dict[int, int]:
    return {hour + int(name[1:]) * MINUTE: int(value["N"]) for name, value in item.items() if name.startswith(letter)}
