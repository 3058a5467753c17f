"""API Gateway's REST API: what happens to a request before its function has it, and to the answer after.

Source: "REST APIs" in the Amazon API Gateway Developer Guide, of which: Lambda proxy integrations, Cognito authorizers,
throttling, basic request validation, payload compression, gateway responses.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from werkzeug.wrappers import Request, Response

from local.gateway.authorizer import authorize
from local.gateway.compression import compress
from local.gateway.events import (
    MalformedAnswerError,
    MatchedRoute,
    match_route,
    proxy_event,
    proxy_response,
    raw_path,
)
from local.gateway.refusals import RefusedError, gateway_response
from local.gateway.throttle import Throttle
from local.gateway.tokens import Tokens
from local.template.resources import Api, MockAnswer
from simulation.event_source_mapping.invocation import Answered, InvocationResult

Invoke = Callable[[str, bytes], InvocationResult]
"""Invokes a function by logical id with an event in JSON, and waits."""

_JSON: Final = {"Content-Type": "application/json"}


class RestApi:
    """Answers requests to the routes of one API."""

    def __init__(
        self, api: Api, invoke: Invoke, clock: Callable[[], datetime], throttle: Throttle, tokens: Tokens | None
    ) -> None:
        """Answer for `api`.

        Args:
            api: The API.
            invoke: Invokes its functions.
            clock: Says now.
            throttle: Says which requests are too many.
            tokens: Verifies callers' tokens; without, nobody has to show any.
        """
        self._api = api
        self._invoke = invoke
        self._clock = clock
        self._throttle = throttle
        self._tokens = tokens

    def answer(self, request: Request) -> Response | None:
        """Answer a request, or return None where the API has no route for it."""
        matched = match_route(self._api, request.method, raw_path(request))
        if matched is None:
            return None
        request_id = str(uuid4())
        try:
            claims = self._admitted(request, matched)
            response = self._integrated(request, matched, request_id, claims)
        except RefusedError as refused:
            response = self._own(refused, request, request_id)
        return compress(request, response, self._api.minimum_compression)

    def no_route(self, request: Request) -> Response:
        """Answer what has no route, as API Gateway does."""
        return self._own(RefusedError("MISSING_AUTHENTICATION_TOKEN"), request, str(uuid4()))

    def _own(self, refused: RefusedError, request: Request, request_id: str) -> Response:
        return gateway_response(self._api.responses, refused, raw_path(request), request_id)

    def _admitted(self, request: Request, matched: MatchedRoute) -> Mapping[str, Any] | None:
        """Return the claims of a caller whose request may pass.

        Raises:
            RefusedError: it may not.
        """
        claims = authorize(matched.route, request.headers.get("Authorization"), self._tokens)
        if not self._throttle.admits(matched.route):
            raise RefusedError("THROTTLED")
        if missing := [name for name in matched.route.required if not request.args.get(name)]:
            raise RefusedError("BAD_REQUEST_PARAMETERS", f"Missing required request parameters: [{', '.join(missing)}]")
        return claims

    def _integrated(
        self, request: Request, matched: MatchedRoute, request_id: str, claims: Mapping[str, Any] | None
    ) -> Response:
        integration = matched.route.integration
        if isinstance(integration, MockAnswer):
            return Response(integration.body, status=integration.status, headers={**_JSON, **integration.headers})
        event = proxy_event(request, matched, self._api, request_id=request_id, now=self._clock(), claims=claims)
        result = self._invoke(integration, json.dumps(event).encode())
        if not isinstance(result, Answered):
            raise RefusedError("DEFAULT_5XX")
        try:
            return proxy_response(result.payload)
        except MalformedAnswerError as error:
            raise RefusedError("DEFAULT_5XX") from error
