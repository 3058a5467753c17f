"""Values by botocore's model of them, which says what is a structure, a list or a map, and what is in it."""

from collections.abc import Callable
from typing import Any


def converted(shape: Any, value: Any, leaf: Callable[[str, Any], Any]) -> Any:  # noqa: ANN401 - a shape of any kind and its value
    """Return a value of a shape, each of its leaves as `leaf` makes it of the leaf's type and value."""
    match shape.type_name:
        case "structure":
            return {name: converted(shape.members[name], each, leaf) for name, each in value.items()}
        case "list":
            return [converted(shape.member, each, leaf) for each in value]
        case "map":
            return {name: converted(shape.value, each, leaf) for name, each in value.items()}
    return leaf(shape.type_name, value)
