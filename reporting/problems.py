"""Failures as clients see them: problem documents (RFC 9457)."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final, Literal

from reporting.answers import BadParameter, Problem

CONTENT_TYPE: Final = "application/problem+json"


class BadRequestError(ValueError):
    """A request whose parameters are wrong; names each of them."""

    def __init__(self, errors: Iterable[BadParameter]) -> None:
        """Take what is wrong with each bad parameter."""
        self.errors = list(errors)
        super().__init__("; ".join(f"{error.name}: {error.detail}" for error in self.errors))


class NotAcceptableError(ValueError):
    """A request that accepts no media type that its route answers with."""

    def __init__(self, accept: str, offered: Iterable[str]) -> None:
        """Take the request's Accept and what the route has."""
        super().__init__(f"Accept is {accept[:100]!r}; this route answers with {' or '.join(offered)}")


def bad_parameter(name: str, detail: str, in_: Literal["path", "query"] = "query") -> BadRequestError:
    """Return the error of one bad parameter."""
    return BadRequestError([BadParameter(in_=in_, name=name, detail=detail)])


def problem(
    status: HTTPStatus, detail: str, instance: str, request_id: str, errors: list[BadParameter] | None = None
) -> str:
    """Return a problem document as JSON.

    Args:
        status: Its phrase is the title, as RFC 9457 (section 4.2.1) wants it for the type about:blank.
        detail: What went wrong, for a person.
        instance: Path of the request.
        request_id: Finds the request in the log.
        errors: Each bad parameter.
    """
    document = Problem(
        title=status.phrase,
        status=status,
        detail=detail,
        instance=instance,
        request_id=request_id,
        errors=errors,
    )
    return document.model_dump_json(by_alias=True, exclude_none=True)
