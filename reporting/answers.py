"""The answers' shapes: what routes return, and what ``/openapi.json`` describes."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Dimension = Literal["hashtag", "lang", "platform", "kind"]

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""UTC with a ``Z``, as `reporting.windows` writes it."""

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class _Counted(_Answer):
    """What every answer that counts says about its time."""

    from_: Annotated[Instant, Field(alias="from", description="Start of the counted time, included.")]
    to: Annotated[Instant, Field(description="End of the counted time, not included.")]
    as_of: Annotated[
        Instant | None, Field(description="Arrival of the newest event applied; null while there is none.")
    ]


class RankedValue(_Answer):
    """One value of a trends list."""

    rank: Annotated[int, Field(ge=1, description="Place by count or rise, then by value.")]
    value: str
    count: Count
    share: Annotated[Share, Field(description="Its part of the total.")]
    count_before: Annotated[Count, Field(description="Its count in the window before.")]
    change: Annotated[
        float | None, Field(ge=-1, description="count / count_before - 1; null if it was not counted before.")
    ]
    rank_before: Annotated[
        int | None, Field(ge=1, description="Place by count in the window before; null if it was not counted then.")
    ]
    history: Annotated[
        list[Count],
        Field(description="Its counts in parts of the window, oldest first; empty where none is kept."),
    ]


class Before(_Answer):
    """The window before: as long as this one, and ending where it begins."""

    from_: Annotated[Instant, Field(alias="from")]
    to: Instant
    total: Annotated[Count, Field(description="Sum of the counts of all the dimension's values.")]


class Trends(_Counted):
    """The values of a dimension that are most used in a window, or rose most: one page."""

    dimension: Dimension
    window: Literal["5m", "1h", "24h"]
    sort: Literal["count", "rise"]
    total: Annotated[Count, Field(description="Sum of the counts of all the dimension's values.")]
    distinct: Annotated[Count, Field(description="Number of the dimension's values.")]
    before: Before
    history_seconds: Annotated[int, Field(description="Length of one part of a history.")]
    items: list[RankedValue]
    next_cursor: Annotated[str | None, Field(description="The next page; null on the last one.")]


class FoundValue(_Answer):
    """One value that was searched for."""

    value: str
    count: Count


class Search(_Counted):
    """Values that begin with a prefix, most used first."""

    dimension: Dimension
    prefix: Annotated[str, Field(description="The prefix asked for, normalised as events are.")]
    items: list[FoundValue]
    more: Annotated[bool, Field(description="Whether more values begin with it.")]


class Point(_Answer):
    """One bucket of a series."""

    start: Instant
    count: Count


class Series(_Counted):
    """One value's counts over time, none left out."""

    dimension: Dimension
    value: Annotated[str, Field(description="The value asked for, normalised as events are.")]
    granularity: Literal["minute", "hour", "day"]
    total: Count
    points: list[Point]


class SharedValue(_Answer):
    """One value of a breakdown."""

    value: str
    count: Count
    share: Annotated[Share, Field(description="Its part of the total.")]


class Breakdown(_Answer):
    """A dimension's first values, and the rest as one number."""

    total: Annotated[Count, Field(description="Sum of the counts of all values.")]
    distinct: Annotated[Count, Field(description="Number of values.")]
    items: list[SharedValue]
    other: Annotated[Count, Field(description="Sum of the counts of the values that items leaves out.")]


class Summary(_Counted):
    """How many events a window has, and of what."""

    window: Literal["5m", "1h", "24h"]
    events: Count
    kind: Breakdown
    lang: Breakdown
    platform: Breakdown
    hashtag: Breakdown


class ValueWindow(_Answer):
    """One value's counts in a window and in the one before."""

    from_: Annotated[Instant, Field(alias="from", description="Start of the counted time, included.")]
    to: Annotated[Instant, Field(description="End of the counted time, not included.")]
    count: Count
    count_before: Annotated[Count, Field(description="In the window before, which ends where this one begins.")]
    change: Annotated[float | None, Field(ge=-1, description="Count by count before, less 1; null if that was 0.")]
    share: Annotated[Share, Field(description="Its part of the total of all values.")]
    rank: Annotated[int | None, Field(ge=1, description="Place by count, then by value; null beyond the 1,000th.")]


class ValueWindows(_Answer):
    """One value's counts in all windows."""

    five_minutes: Annotated[ValueWindow, Field(alias="5m")]
    hour: Annotated[ValueWindow, Field(alias="1h")]
    day: Annotated[ValueWindow, Field(alias="24h")]


class FirstSeen(_Answer):
    """The first minute, hour or day in which a value was counted, as finely as counts of then are kept."""

    start: Instant
    granularity: Literal["minute", "hour", "day"]


class Peak(_Answer):
    """The hour of the last 7 days in which a value was counted most; the latest of equal ones."""

    start: Instant
    granularity: Literal["hour"]
    count: Count


class ValueAnswer(_Answer):
    """All about one value."""

    dimension: Dimension
    value: Annotated[str, Field(description="The value asked for, normalised as events are.")]
    as_of: Annotated[
        Instant | None, Field(description="Arrival of the newest event applied; null while there is none.")
    ]
    windows: ValueWindows
    first_seen: FirstSeen | None
    peak: Peak | None


class ValueSeries(_Answer):
    """One value's counts over the time of a comparison."""

    value: Annotated[str, Field(description="The value asked for, normalised as events are.")]
    total: Count
    counts: Annotated[list[Count], Field(description="One for each of starts.")]


class Comparison(_Counted):
    """Several values' counts over the same time, none left out."""

    dimension: Dimension
    granularity: Literal["minute", "hour", "day"]
    starts: Annotated[list[Instant], Field(description="Where each bucket begins.")]
    series: Annotated[list[ValueSeries], Field(description="In the order asked for.")]


class LevelsClosed(_Answer):
    """Up to when each level is closed; null while nothing is."""

    hour: Instant | None
    day: Instant | None


class Health(_Answer):
    """How fresh the trends are."""

    status: Literal["ok", "stale", "empty"]
    as_of: Annotated[
        Instant | None, Field(description="Arrival of the newest event applied; null while there is none.")
    ]
    age_seconds: Annotated[float | None, Field(ge=0, description="Time since as_of.")]
    stale_after_seconds: Annotated[int, Field(description="The age from which status is stale.")]
    lag_seconds: Annotated[
        float | None, Field(ge=0, description="From the arrival of that event until it was applied; null if not known.")
    ]
    last_rollup: Annotated[Instant | None, Field(description="When it was applied; null if not known.")]
    views: Annotated[
        Instant | None,
        Field(description="as_of of the newest list; null where lists are not kept, and answers summed instead."),
    ]
    levels: LevelsClosed


class BadParameter(_Answer):
    """One parameter that a request got wrong."""

    in_: Annotated[Literal["path", "query"], Field(alias="in")]
    name: str
    detail: str


class Problem(_Answer):
    """What went wrong (RFC 9457)."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: Annotated[list[BadParameter] | None, Field(description="Each bad parameter, with status 400.")] = None
