"""Items by DynamoDB's rules: their sizes and limits.

Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats" and "Quotas in Amazon DynamoDB".
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from simulation.services.expressions import ExpressionError

MAX_ITEM_BYTES: Final = 400 * 1024
MAX_PARTITION_KEY_BYTES: Final = 2048
MAX_SORT_KEY_BYTES: Final = 1024
MAX_DIGITS: Final = 38

NESTING_BYTES: Final = 3
"""What a list or a map takes, whatever it holds."""
ELEMENT_BYTES: Final = 1
"""What each element of theirs takes besides its own size."""


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the size of an item in bytes: its attributes' names and values.

    A number takes a byte for every two significant digits, rounded up, another one, and one more for a minus sign,
    which is what the guide gives as an approximation.
    """
    size = 0
    for name, value in item.items():
        size += (len(name) if name.isascii() else len(name.encode())) + _value_size(value)
    return size


def _value_size(value: Mapping[str, Any]) -> int:
    kind: str
    content: Any
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content) if content.isascii() else len(content.encode())
    if kind == "N":
        digits = content.lstrip("-").replace(".", "").strip("0") or "0"
        return (len(digits) + 1) // 2 + 1 + int(content.startswith("-"))
    if kind == "B":
        return len(content)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind in ("SS", "BS", "NS"):
        return sum(_value_size({kind[0]: each}) for each in content)
    if kind in ("L", "M"):
        elements = item_size(content) if kind == "M" else sum(map(_value_size, content))
        return NESTING_BYTES + ELEMENT_BYTES * len(content) + elements
    raise ExpressionError(f"{kind} is no type of DynamoDB's")


def check_item(item: Mapping[str, Mapping[str, Any]], keys: Mapping[str, int]) -> None:
    """Refuse what DynamoDB does not store; `keys` are the names of the key attributes and their limits in bytes.

    Raises:
        ExpressionError: a key is missing, empty or too long, a number is none or has too many digits, the item is
            larger than 400 KB, or an attribute is a list or a map, which the simulation does not cover.
    """
    for name, limit in keys.items():
        if name not in item:
            raise ExpressionError(f"the item has no key attribute {name}")
        if not 0 < _value_size(item[name]) <= limit:
            raise ExpressionError(f"key attribute {name} is empty or longer than {limit} bytes")
    for name, value in item.items():
        if "N" in value and not _is_number(value["N"]):
            raise ExpressionError(f"{name} is no number of at most {MAX_DIGITS} digits, as text")
        if "B" in value and not isinstance(value["B"], bytes | bytearray):
            raise ExpressionError(f"{name} is no bytes")
        if "L" in value or "M" in value:
            raise ExpressionError(f"{name} is a list or a map, which the simulation does not cover")
    if (size := item_size(item)) > MAX_ITEM_BYTES:
        raise ExpressionError(f"the item has {size} bytes, more than {MAX_ITEM_BYTES}")


def _is_number(content: object) -> bool:
    if not isinstance(content, str):
        return False
    if content.isdecimal() and len(content) <= MAX_DIGITS:  # nearly all are
        return True
    try:
        return Decimal(content).is_finite() and len(content.lstrip("-").replace(".", "").strip("0")) <= MAX_DIGITS
    except InvalidOperation:
        return False
