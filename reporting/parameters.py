"""The routes' parameters: their types, and which of a request's a route knows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from re import ASCII, fullmatch
from typing import Annotated, Any, Literal
from urllib.parse import unquote_to_bytes

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BeforeValidator, WithJsonSchema

from reporting.answers import BadParameter
from reporting.answers import Dimension as DimensionName
from reporting.problems import bad_parameter
from reporting.windows import parse_instant

MAX_CURSOR_CHARACTERS = 4_096
MAX_PREFIX_CHARACTERS = 400
"""No value has more than 100 characters, but a longer text may be normalised to one."""


MAX_COMPARED = 10
MAX_COMPARED_CHARACTERS = 16_384


def _decode(raw: str) -> str:
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise ValueError("should be percent-encoded UTF-8") from None


def _once(raw: str | list[str]) -> str:
    if isinstance(raw, list):
        raise ValueError("should be given once")  # noqa: TRY004 - pydantic takes ValueErrors alone for bad input
    return raw


def _digits(raw: str) -> str:
    if not fullmatch(r"\d+", raw, ASCII):  # pydantic would take 1.0 and 1_0 as well, and spaces around
        raise ValueError("should be a whole number in decimal digits")
    return raw


Dimension = Annotated[DimensionName, Path(description="Of what the values are.")]

Value = Annotated[
    str,
    BeforeValidator(_decode),
    Path(description="A value, percent-encoded; normalised as events are."),
]
"""API Gateway's REST APIs hand the path over as the client sent it, still percent-encoded."""

_Instant = Annotated[
    datetime | None,
    BeforeValidator(parse_instant),
    BeforeValidator(_once),  # before validators run from the last to the first
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
_PageSize = Annotated[int, BeforeValidator(_digits), BeforeValidator(_once)]

WindowParameter = Annotated[
    Literal["5m", "1h", "24h"], Query(description="How much time to count, the current bucket included.")
]
SortParameter = Annotated[
    Literal["count", "rise"], Query(description="By count, or by count less the count in the window before.")
]
Granularity = Annotated[Literal["minute", "hour", "day"], Query(description="Length of a point's time.")]
Start = Annotated[_Instant, Query(description="Where the series starts; rounds down to a bucket.")]
End = Annotated[
    _Instant, Query(description="Where the counted time ends; rounds up to a bucket's end. Now by default.")
]
ComparedValues = Annotated[
    str,
    Query(
        min_length=1,
        max_length=MAX_COMPARED_CHARACTERS,
        description=f"1 to {MAX_COMPARED} values with commas between, each percent-encoded; normalised as events are.",
    ),
]
"""API Gateway decodes a query parameter once: what stands between the commas is what the client has encoded first."""
Limit = Annotated[_PageSize, Query(ge=1, le=100, description="Most values of a page.")]
Prefix = Annotated[
    str,
    Query(max_length=MAX_PREFIX_CHARACTERS, description="How values begin; normalised as events are. All by default."),
]
FoundLimit = Annotated[_PageSize, Query(ge=1, le=100, description="Most values of the answer.")]
CursorParameter = Annotated[
    str | None,
    WithJsonSchema({"type": "string"}),
    Query(max_length=MAX_CURSOR_CHARACTERS, description="next_cursor of the page before."),
]


def compared(text: str) -> list[str]:
    """Return the values of a comparison.

    >>> compared("rivers,a%2Cb")
    ['rivers', 'a,b']

    Raises:
        BadRequestError: there are too many, one is empty, or one can't be decoded.
    """
    try:
        values = [_decode(raw) for raw in text.split(",")]
    except ValueError as error:
        raise bad_parameter("values", str(error)) from error
    if len(values) > MAX_COMPARED:
        raise bad_parameter("values", f"should be at most {MAX_COMPARED} values, not {len(values)}")
    if not all(values):
        raise bad_parameter("values", "should have no empty value")
    return values


def from_validation(errors: Sequence[Mapping[str, Any]]) -> list[BadParameter]:
    """Say what pydantic found wrong with parameters, in words for the API's clients."""
    return [
        BadParameter(in_=error["loc"][0], name=str(error["loc"][1]), detail=_detail(str(error["msg"])))
        for error in errors
    ]


def unexpected(query: Mapping[str, Sequence[str]], known: Collection[str]) -> list[BadParameter]:
    """Name each query parameter that the route does not know or that came more than once."""
    choices = ", ".join(sorted(known)) or "none"
    bad = []
    for name, values in query.items():
        if name not in known:
            bad.append(BadParameter(in_="query", name=name, detail=f"is unknown; this route has {choices}"))
        elif len(values) > 1:
            bad.append(BadParameter(in_="query", name=name, detail="should be given once"))
    return bad


def _detail(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
