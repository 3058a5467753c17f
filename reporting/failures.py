"""Which failure is which problem: the resolver's exception handlers."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from botocore.exceptions import BotoCoreError, ClientError

from consumers.trends.errors import TornBucketError
from reporting import caching
from reporting.common_headers import CommonHeaders
from reporting.parameters import from_validation
from reporting.problems import CONTENT_TYPE, BadRequestError, NotAcceptableError, problem

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from reporting.answers import BadParameter

RETRY_AFTER_SECONDS: Final = 1

_PASSING: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
    }
)
"""Errors of DynamoDB that pass by themselves (Developer Guide, "Error handling with DynamoDB")."""


class Failures:
    """Answers failures of one resolver with problem documents."""

    def __init__(
        self,
        app: APIGatewayRestResolver,
        logger: "Logger",
        common: CommonHeaders,
        unexpected: "Callable[[], list[BadParameter]]",
    ) -> None:
        """Answer for `app`; `unexpected` names what the current request sent beyond what its route knows."""
        self._app = app
        self._logger = logger
        self._common = common
        self._unexpected = unexpected

    def register(self) -> None:
        """Make the resolver come here with what its routes raise."""
        on = self._app.exception_handler
        on(RequestValidationError)(self.bad_parameters)
        on(BadRequestError)(self.bad_request)
        on(NotAcceptableError)(self.not_acceptable)
        on(NotFoundError)(self.no_route)
        on([ClientError, BotoCoreError, TornBucketError])(self.table)
        on(Exception)(self.fault)

    def bad_parameters(self, error: RequestValidationError) -> Response[str]:
        """Answer parameters that are not of their type: 400, but 404 for a dimension that is none."""
        errors = from_validation(error.errors())
        if any(bad.name == "dimension" for bad in errors):
            detail = "there is no such dimension: it is one of hashtag, lang, platform, kind"
            return self._problem(HTTPStatus.NOT_FOUND, detail)
        unexpected = self._unexpected()
        named = {(bad.in_, bad.name) for bad in unexpected}
        # What came twice reached pydantic as a list, so its reason would be a false one.
        others = [bad for bad in errors if (bad.in_, bad.name) not in named]
        return self.bad_request(BadRequestError(others + unexpected))

    def bad_request(self, error: BadRequestError) -> Response[str]:
        """Answer parameters that are wrong: 400."""
        return self._problem(HTTPStatus.BAD_REQUEST, str(error), errors=error.errors)

    def not_acceptable(self, error: NotAcceptableError) -> Response[str]:
        """Answer a request that accepts no form that its route has: 406."""
        return self._problem(HTTPStatus.NOT_ACCEPTABLE, str(error))

    def no_route(self, _: NotFoundError) -> Response[str]:
        """Answer a request without a route: 404, but 405 for other methods than GET."""
        if self._app.current_event.http_method.upper() != "GET":
            return self._problem(
                HTTPStatus.METHOD_NOT_ALLOWED, "every route answers GET, and GET only", {"Allow": "GET"}
            )
        return self._problem(HTTPStatus.NOT_FOUND, "there is no such route: /openapi.json lists them")

    def table(self, error: ClientError | BotoCoreError | TornBucketError) -> Response[str]:
        """Answer for a table that throttles or can't be reached: 503; other errors of DynamoDB are faults."""
        if isinstance(error, ClientError) and error.response["Error"]["Code"] not in _PASSING:
            return self.fault(error)
        self._logger.warning("the trends table does not answer", exc_info=error)
        return self._problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the trends can't be read at the moment: try again",
            {"Retry-After": str(RETRY_AFTER_SECONDS)},
        )

    def fault(self, error: Exception) -> Response[str]:
        """Answer any other failure: 500, which tells the client the request's id and the log the rest."""
        self._logger.error("a request failed", exc_info=error)
        return self._problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the request failed; its id finds it in the log")

    def _problem(
        self,
        status: HTTPStatus,
        detail: str,
        headers: dict[str, str] | None = None,
        errors: "list[BadParameter] | None" = None,
    ) -> Response[str]:
        event = self._app.current_event
        return Response(
            status,
            CONTENT_TYPE,
            problem(status, detail, event.path, event.request_context.request_id or "", errors),
            {**self._common.of(event), "Cache-Control": caching.NO_STORE, **(headers or {})},
        )
