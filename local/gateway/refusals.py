"""What API Gateway answers by itself ("Gateway response types for API Gateway", API Gateway guide), and this one."""

import json
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from werkzeug.wrappers import Response

from local.template.resources import GatewayResponse

Kind = Literal[
    "ACCESS_DENIED",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_5XX",
    "MISSING_AUTHENTICATION_TOKEN",
    "THROTTLED",
    "UNAUTHORIZED",
]
"""A gateway response type."""


class _Usual(NamedTuple):
    status: int
    message: str


_USUAL: Final[Mapping[Kind, _Usual]] = {
    "ACCESS_DENIED": _Usual(403, "Forbidden"),
    "BAD_REQUEST_PARAMETERS": _Usual(400, "Bad Request"),
    "DEFAULT_5XX": _Usual(502, "Internal server error"),
    "MISSING_AUTHENTICATION_TOKEN": _Usual(403, "Missing Authentication Token"),
    "THROTTLED": _Usual(429, "Too Many Requests"),
    "UNAUTHORIZED": _Usual(401, "Unauthorized"),
}
_PLAIN: Final = GatewayResponse(
    None, {"Content-Type": "'application/json'"}, '{"message": $context.error.messageString}'
)


class RefusedError(Exception):
    """A request that its function never sees, or whose answer can't be sent."""

    def __init__(self, kind: Kind, message: str | None = None) -> None:
        """Take what the gateway answers; the message is the usual one if None."""
        self.kind = kind
        self.message = message or _USUAL[kind].message
        super().__init__(f"{kind}: {self.message}")


def gateway_response(
    given: Mapping[str, GatewayResponse], refused: RefusedError, path: str, request_id: str
) -> Response:
    """Return the answer to a refused request: as `given` for its kind or its class of statuses, or the plain one."""
    status = _USUAL[refused.kind].status
    shape = given.get(refused.kind) or given.get(f"DEFAULT_{status // 100}XX") or _PLAIN
    variables = {
        "$context.error.messageString": json.dumps(refused.message),
        "$context.path": json.dumps(path)[1:-1],
        "$context.requestId": request_id,
    }
    body = shape.body
    for name, value in variables.items():
        body = body.replace(name, value)
    headers = {
        name: request_id if value == "context.requestId" else value.strip("'") for name, value in shape.headers.items()
    }
    return Response(body, status=shape.status or status, headers=headers)


def stranger_response(reason: str, path: str, request_id: str) -> Response:
    """Return the answer to a caller whom `local.serving` does not answer: a problem document, as all others are."""
    problem = {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": reason,
        "instance": path,
        "request_id": request_id,
    }
    headers = {"Content-Type": "application/problem+json", "X-Request-Id": request_id}
    return Response(json.dumps(problem), status=403, headers=headers)
