"""The routes: parse, ask, answer."""

import inspect
import json
from collections.abc import Callable
from functools import cache, partial, wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from consumers.tables import Level
from reporting import caching, openapi
from reporting.answers import BadParameter, Health, Problem, Series, Summary, Trends
from reporting.failures import Failures
from reporting.parameters import (
    CursorParameter,
    Dimension,
    End,
    Granularity,
    Limit,
    Start,
    Value,
    WindowParameter,
    unexpected,
)
from reporting.problems import CONTENT_TYPE, BadRequestError
from reporting.windows import Window

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
    from pydantic import BaseModel

    from reporting.queries import Queries

DEFAULT_LIMIT: Final = 20

_PROBLEMS: Final = {
    HTTPStatus.BAD_REQUEST: "A parameter is wrong; errors names each one.",
    HTTPStatus.NOT_FOUND: "There is no such dimension.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The request failed; its id finds it in the log.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The trends can't be read at the moment; Retry-After says when to try again.",
}

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def build(queries: "Queries", logger: "Logger") -> APIGatewayRestResolver:
    """Return the resolver of all routes, which answers from `queries` and logs faults to `logger`."""
    # Without debug=False, POWERTOOLS_DEV would show tracebacks to clients.
    app = APIGatewayRestResolver(enable_validation=True, debug=False)
    routes = _Routes(app)
    Failures(app, logger, routes.unexpected).register()

    @routes.get("/v1/trends/<dimension>", "The most used values of a window", caching.COUNTS)
    def trends(
        dimension: Dimension,
        window: WindowParameter = "1h",
        limit: Limit = DEFAULT_LIMIT,
        cursor: CursorParameter = None,
        end: End = None,
    ) -> Trends:
        return queries.trends(dimension, Window(window), limit, cursor, end)

    @routes.get("/v1/trends/<dimension>/<value>/series", "One value's counts over time", caching.COUNTS)
    def series(
        dimension: Dimension,
        value: Value,
        granularity: Granularity = "minute",
        start: Start = None,
        end: End = None,
    ) -> Series:
        return queries.series(dimension, value, Level(granularity), start, end)

    @routes.get("/v1/summary", "A window's events and what they are", caching.COUNTS)
    def summary(window: WindowParameter = "1h", end: End = None) -> Summary:
        return queries.summary(Window(window), end)

    @routes.get("/v1/health", "How fresh the trends are", caching.NO_STORE)
    def health() -> Health:
        return queries.health()

    document = cache(partial(openapi.document, app))

    @routes.get("/openapi.json", "This document", caching.DOCUMENT)
    def openapi_document() -> dict[str, Any]:
        return document()

    return app


class _Routes:
    """Registers routes that share how they check parameters, cache and describe themselves."""

    def __init__(self, app: APIGatewayRestResolver) -> None:
        self._app = app
        self._known: dict[str, frozenset[str]] = {}

    def get(self, rule: str, summary: str, cache_control: str) -> Callable[[_Handler], _Handler]:
        """Register the decorated function, which returns a model or an object, for GET requests of `rule`."""

        def register(handler: _Handler) -> _Handler:
            signature = inspect.signature(handler)
            path = rule.replace("<", "{").replace(">", "}")
            self._known[path] = frozenset(name for name in signature.parameters if f"{{{name}}}" not in path)

            @wraps(handler)
            def respond(**arguments: Any) -> Response[str]:  # noqa: ANN401 - validated by the resolver
                if errors := self.unexpected():
                    raise BadRequestError(errors)
                body = _to_json(handler(**arguments))
                return caching.cached(body, cache_control, self._app.current_event.headers.get("If-None-Match"))

            # The resolver reads parameters from the signature. It would also check the body against what the
            # handler returns, but the models have checked themselves and the body is JSON already.
            vars(respond)["__signature__"] = signature.replace(return_annotation=inspect.Signature.empty)
            register_route = self._app.get(
                rule,
                summary=summary,
                operation_id=handler.__name__,
                responses=_responses(signature.return_annotation, has_dimension="{dimension}" in path),
            )
            register_route(respond)
            return handler

        return register

    def unexpected(self) -> list[BadParameter]:
        """Name what the current request sent beyond what its route knows."""
        query = self._app.current_event.multi_value_query_string_parameters
        return unexpected(query, self._known[self._app.request.route])


def _to_json(answer: "BaseModel | dict[str, Any]") -> str:
    if isinstance(answer, dict):
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return answer.model_dump_json(by_alias=True)


def _responses(answer: object, *, has_dimension: bool) -> "dict[int, OpenAPIResponse]":
    described: dict[int, OpenAPIResponse] = {
        HTTPStatus.OK.value: {
            "description": "The answer.",
            "content": {content_types.APPLICATION_JSON: {"model": answer}},
        }
    }
    for status, description in _PROBLEMS.items():
        if status is not HTTPStatus.NOT_FOUND or has_dimension:
            described[status.value] = {
                "description": description,
                "content": {CONTENT_TYPE: {"model": Problem}},
            }
    return described
