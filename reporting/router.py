"""Registers routes that share how they check parameters, choose a form, cache and describe themselves."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from reporting import caching
from reporting.answers import BadParameter, Problem
from reporting.common_headers import CommonHeaders
from reporting.negotiation import choose
from reporting.parameters import unexpected
from reporting.problems import CONTENT_TYPE, BadRequestError, NotAcceptableError
from reporting.representations import JSON, Representation

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.openapi.types import (
        OpenAPIResponse,
        OpenAPIResponseContentModel,
        OpenAPIResponseContentSchema,
    )

_PROBLEMS: Final = {
    HTTPStatus.BAD_REQUEST: "A parameter is wrong; errors names each one.",
    HTTPStatus.UNAUTHORIZED: "The request has no valid access token (with sign-in by Cognito).",
    HTTPStatus.FORBIDDEN: "The caller may not ask this, or there is no such route.",
    HTTPStatus.NOT_FOUND: "There is no such dimension.",
    HTTPStatus.NOT_ACCEPTABLE: "The route has none of the media types of Accept.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; Retry-After says when to try again.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The request failed; its id finds it in the log.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The trends can't be read at the moment; Retry-After says when to try again.",
}

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def _always_ok(_answer: object) -> HTTPStatus:
    return HTTPStatus.OK


class Router:
    """Registers the routes of one resolver."""

    def __init__(self, app: APIGatewayRestResolver, common: CommonHeaders) -> None:
        """Register with `app`; each answer carries the `common` headers."""
        self._app = app
        self._common = common
        self._known: dict[str, frozenset[str]] = {}

    def get(
        self,
        rule: str,
        summary: str,
        *,
        cache_control: str | None = None,
        forms: Sequence[Representation] = (JSON,),
        status: Callable[[Any], HTTPStatus] = _always_ok,
    ) -> Callable[[_Handler], _Handler]:
        """Register the decorated function, which returns a model or an object, for GET requests of `rule`.

        Args:
            rule: Its path, a variable in angle brackets.
            summary: What it answers, in a few words.
            cache_control: For how long its answers may be kept; as their `to` and `as_of` say if None.
            forms: The forms that its answers have, the one of choice first.
            status: Which status an answer has.
        """
        offered = {form.media_type: form for form in forms}

        def register(handler: _Handler) -> _Handler:
            signature = inspect.signature(handler)
            path = rule.replace("<", "{").replace(">", "}")
            self._known[path] = frozenset(name for name in signature.parameters if f"{{{name}}}" not in path)

            @wraps(handler)
            def respond(**arguments: Any) -> Response[str]:  # noqa: ANN401 - validated by the resolver
                if errors := self.unexpected():
                    raise BadRequestError(errors)
                form = self._chosen(offered)
                answer = handler(**arguments)
                headers = self._headers(answer, form, varies=len(offered) > 1)
                content_type, body = form.content_type or form.media_type, form.render(answer)
                if (said := status(answer)) is not HTTPStatus.OK:
                    return Response(said, content_type, body, {**headers, "Cache-Control": caching.NO_STORE})
                keep = cache_control or caching.of_counts(answer.to, answer.as_of)
                if_none_match = self._app.current_event.headers.get("If-None-Match")
                return caching.cached(body, content_type, headers, keep, if_none_match)

            # The resolver reads parameters from the signature. It would also check the body against what the
            # handler returns, but the models have checked themselves and the body is text already.
            vars(respond)["__signature__"] = signature.replace(return_annotation=inspect.Signature.empty)
            register_route = self._app.get(
                rule,
                summary=summary,
                operation_id=handler.__name__,
                responses=_responses(signature.return_annotation, forms, has_dimension="{dimension}" in path),
            )
            register_route(respond)
            return handler

        return register

    def unexpected(self) -> list[BadParameter]:
        """Name what the current request sent beyond what its route knows."""
        query = self._app.current_event.multi_value_query_string_parameters
        return unexpected(query, self._known[self._app.request.route])

    def _chosen(self, offered: Mapping[str, Representation]) -> Representation:
        accept = ",".join(self._app.current_event.multi_value_headers.get("Accept", []))
        media_type = choose(accept, list(offered))
        if media_type is None:
            raise NotAcceptableError(accept, offered)
        return offered[media_type]

    def _headers(self, answer: object, form: Representation, *, varies: bool) -> dict[str, str]:
        headers = {**self._common.of(self._app.current_event), **form.headers(answer)}
        if varies:
            headers["Vary"] = "Accept"
        if cursor := getattr(answer, "next_cursor", None):
            asked = self._app.current_event.multi_value_query_string_parameters
            page = urlencode({**asked, "cursor": cursor}, doseq=True)
            headers["Link"] = f'<?{page}>; rel="next"'  # relative to the request (RFC 8288, section 3.1)
        return headers


def _responses(answer: object, forms: Sequence[Representation], *, has_dimension: bool) -> "dict[int, OpenAPIResponse]":
    content: dict[str, OpenAPIResponseContentSchema | OpenAPIResponseContentModel] = {
        form.media_type: {"model": answer} if form is JSON else {"schema": {"type": "string"}} for form in forms
    }
    described: dict[int, OpenAPIResponse] = {
        HTTPStatus.OK.value: {"description": "The answer.", "content": content},
        HTTPStatus.NOT_MODIFIED.value: {"description": "The client's copy, named by If-None-Match, is still good."},
    }
    for status, description in _PROBLEMS.items():
        if status is not HTTPStatus.NOT_FOUND or has_dimension:
            described[status.value] = {
                "description": description,
                "content": {CONTENT_TYPE: {"model": Problem}},
            }
    return described
