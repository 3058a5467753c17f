"""Change notes: which minutes may have changed, for whoever makes something of them (`consumers.views`).

Whoever writes a minute raises its number afterwards, by an ADD that meets no condition: two writers raise it by two. A
reader reads the numbers first and the minutes then, so a minute read holds all that its number tells of, and perhaps
more, of which a higher number will tell.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from consumers.schedule import MINUTE
from consumers.tables import Level, change_key, start_of
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import FORMAT_VERSION, check_version

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef, UpdateItemInputTypeDef

Versions = dict[int, int]
"""By minute (epoch seconds), how often it was noted; what is absent never was."""


def note_request(table: str, hour: int, minutes: Iterable[int], expires_at: int) -> "UpdateItemInputTypeDef":
    """Return the request that notes `minutes` (epoch seconds) of the hour that starts at `hour`."""
    names = sorted({f"m{(minute - hour) // MINUTE:02}" for minute in minutes})
    return {
        "TableName": table,
        "Key": change_key(hour).attributes,
        "UpdateExpression": f"SET #v = :v, #x = :x ADD {', '.join(f'#{name} :one' for name in names)}",
        "ExpressionAttributeNames": {"#v": "v", "#x": "x"} | {f"#{name}": name for name in names},
        "ExpressionAttributeValues": {
            ":v": {"N": str(FORMAT_VERSION)},
            ":x": {"N": str(expires_at)},
            ":one": {"N": "1"},
        },
    }


def decode_note(item: "Mapping[str, AttributeValueTypeDef]") -> tuple[int, Versions]:
    """Read a note: its hour, and how often each of its minutes was noted.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: something is missing or damaged.
    """
    check_version(item)
    try:
        hour = hour_of(item)
        return hour, {
            hour + int(name[1:]) * MINUTE: int(value["N"]) for name, value in item.items() if name.startswith("m")
        }
    except (KeyError, ValueError) as error:
        raise TrendsFormatError(f"no change note: {error!r}") from error


def hour_of(keys: Mapping[str, Any]) -> int:
    """Return the hour (epoch seconds) that a note is of, by its low-level key.

    Raises:
        KeyError, ValueError: it is none.
    """
    return start_of(Level.HOUR, keys["start"]["S"])
