"""The routes: parse, ask, answer."""

from functools import cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from consumers.tables import Level
from reporting import caching, openapi
from reporting.answers import Comparison, Health, Search, Series, Summary, Trends, ValueAnswer
from reporting.common_headers import CommonHeaders
from reporting.documentation import PAGE
from reporting.failures import Failures
from reporting.parameters import (
    ComparedValues,
    CursorParameter,
    Dimension,
    End,
    FoundLimit,
    Granularity,
    Limit,
    Prefix,
    SortParameter,
    Start,
    Value,
    WindowParameter,
    compared,
)
from reporting.ranking import Sort
from reporting.representations import COMPARISON_CSV, JSON, SERIES_CSV, TRENDS_CSV
from reporting.router import Router
from reporting.windows import Window

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from reporting.queries import Queries

DEFAULT_LIMIT: Final = 20


def build(queries: "Queries", logger: "Logger", dashboard_origin: str = "") -> APIGatewayRestResolver:
    """Return the resolver of all routes.

    Args:
        queries: What they ask.
        logger: Gets faults.
        dashboard_origin: Whose pages may read answers in a browser; none if empty.
    """
    # Without debug=False, POWERTOOLS_DEV would show tracebacks to clients.
    app = APIGatewayRestResolver(enable_validation=True, debug=False)
    common = CommonHeaders(dashboard_origin)
    routes = Router(app, common)
    Failures(app, logger, common, routes.unexpected).register()

    @routes.get("/v1/trends/<dimension>", "The most used values of a window", forms=(JSON, TRENDS_CSV))
    def trends(  # noqa: PLR0917 - a route's parameters, which come by name
        dimension: Dimension,
        window: WindowParameter = "1h",
        sort: SortParameter = "count",
        limit: Limit = DEFAULT_LIMIT,
        cursor: CursorParameter = None,
        end: End = None,
    ) -> Trends:
        return queries.trends(dimension, Window(window), limit, cursor, end, sort=Sort(sort))

    # Before the route of a single value, of which the first that fits a path answers it.
    @routes.get("/v1/trends/<dimension>/search", "Values by how they begin, most used first")
    def search(dimension: Dimension, prefix: Prefix = "", limit: FoundLimit = DEFAULT_LIMIT) -> Search:
        return queries.search(dimension, prefix, limit)

    @routes.get("/v1/trends/<dimension>/<value>/series", "One value's counts over time", forms=(JSON, SERIES_CSV))
    def series(
        dimension: Dimension,
        value: Value,
        granularity: Granularity = "minute",
        start: Start = None,
        end: End = None,
    ) -> Series:
        return queries.series(dimension, value, Level(granularity), start, end)

    @routes.get("/v1/trends/<dimension>/<value>", "All about one value", cache_control=caching.FRESH)
    def value(dimension: Dimension, value: Value) -> ValueAnswer:
        return queries.value(dimension, value)

    @routes.get("/v1/compare/<dimension>", "Several values' counts over the same time", forms=(JSON, COMPARISON_CSV))
    def compare(
        dimension: Dimension,
        values: ComparedValues,
        granularity: Granularity = "minute",
        start: Start = None,
        end: End = None,
    ) -> Comparison:
        return queries.compare(dimension, compared(values), Level(granularity), start, end)

    @routes.get("/v1/summary", "A window's events and what they are")
    def summary(window: WindowParameter = "1h", end: End = None) -> Summary:
        return queries.summary(Window(window), end)

    @routes.get("/v1/health", "How fresh the trends are", cache_control=caching.NO_STORE, status=_of_health)
    def health() -> Health:
        return queries.health()

    document = cache(partial(openapi.document, app))

    @routes.get("/openapi.json", "This document", cache_control=caching.DOCUMENT)
    def openapi_document() -> dict[str, Any]:
        return document()

    @routes.get("/docs", "This document as a page", cache_control=caching.DOCUMENT, forms=(PAGE,))
    def docs() -> dict[str, Any]:
        return document()

    return app


def _of_health(answer: Health) -> HTTPStatus:
    """Say it in the status too, which is all that a monitor looks at."""
    return HTTPStatus.SERVICE_UNAVAILABLE if answer.status == "stale" else HTTPStatus.OK
