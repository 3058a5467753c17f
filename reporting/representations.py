"""The forms an answer can be sent in."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from reporting import comma_separated


class Representation(NamedTuple):
    """A media type, and how an answer becomes text of it."""

    media_type: str
    render: Callable[[Any], str]
    headers: Callable[[Any], Mapping[str, str]] = lambda _answer: {}
    """Headers of this form of an answer."""
    content_type: str | None = None
    """What Content-Type says, where that is more than the media type."""


def to_json(answer: BaseModel | Mapping[str, Any]) -> str:
    """Return an answer as JSON."""
    if isinstance(answer, BaseModel):
        return answer.model_dump_json(by_alias=True)
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _beside_the_rows(name: str) -> Callable[[Any], Mapping[str, str]]:
    """Return what says in headers what a table has no place for: which time it counts, how fresh it is."""

    def headers(answer: Any) -> Mapping[str, str]:  # noqa: ANN401 - whichever answer has rows
        said = {"From": answer.from_, "To": answer.to, "As-Of": answer.as_of}
        return {
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            **{f"Penstock-{each}": value for each, value in said.items() if value is not None},
        }

    return headers


def _csv(name: str, render: Callable[[Any], str]) -> Representation:
    return Representation("text/csv", render, _beside_the_rows(name), "text/csv; charset=utf-8; header=present")


JSON: Final = Representation("application/json", to_json)
TRENDS_CSV: Final = _csv("trends", comma_separated.trends)
COMPARISON_CSV: Final = _csv("comparison", comma_separated.comparison)
SERIES_CSV: Final = _csv("series", comma_separated.series)
