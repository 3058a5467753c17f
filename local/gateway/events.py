"""API Gateway's side of a Lambda proxy integration: requests to events, a function's answer to a response.

Source: "Lambda proxy integrations in API Gateway", Amazon API Gateway Developer Guide. A REST API hands path and path
parameters over as they came, percent-encoded, and query parameters decoded.
"""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel
from werkzeug.wrappers import Request, Response

from local.services.session import ACCOUNT
from local.template.resources import Api, Route

_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class MatchedRoute(NamedTuple):
    """A route and what its path's variables stand for in a request."""

    route: Route
    parameters: Mapping[str, str]


class ProxyAnswer(BaseModel):
    """What a function answers; its members are named as API Gateway names them."""

    statusCode: int  # noqa: N815
    headers: dict[str, str | int | float | bool] | None = None
    multiValueHeaders: dict[str, list[str | int | float | bool]] | None = None  # noqa: N815
    body: str | None = None
    isBase64Encoded: bool = False  # noqa: N815


class MalformedAnswerError(ValueError):
    """A function answered something that API Gateway can't make a response of."""


def raw_path(request: Request) -> str:
    """Return a request's path as it was sent, percent-encoding kept."""
    return urlsplit(request.environ["RAW_URI"]).path or "/"


def match_route(api: Api, method: str, path: str) -> MatchedRoute | None:
    """Find the route of a path: fixed segments go before variables, a method of its own before ANY."""
    segments = path.strip("/").split("/")
    found = [
        (_specificity(route), MatchedRoute(route, parameters))
        for route in api.routes
        if route.method in (method, "ANY")
        and (parameters := _match(route.path.strip("/").split("/"), segments)) is not None
    ]
    return max(found, key=lambda each: each[0])[1] if found else None


def _match(template: list[str], segments: list[str]) -> dict[str, str] | None:
    parameters = {}
    for position, part in enumerate(template):
        rest = segments[position:]
        if not rest:
            return None
        if part.endswith("+}"):
            parameters[part[1:-2]] = "/".join(rest)
            return parameters if any(rest) else None
        if part.startswith("{"):
            if not rest[0]:
                return None
            parameters[part[1:-1]] = rest[0]
        elif part != rest[0]:
            return None
    return parameters if len(template) == len(segments) else None


def _specificity(route: Route) -> tuple[list[int], bool]:
    ranks = [0 if part.endswith("+}") else 1 if part.startswith("{") else 2 for part in route.path.split("/")]
    return ranks, route.method != "ANY"


def proxy_event(
    request: Request,
    matched: MatchedRoute,
    api: Api,
    *,
    request_id: str,
    now: datetime,
    claims: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the event of a request to a route; members without a value are null, as API Gateway has them.

    `claims` are those of the caller's token, where the route asks for one.
    """
    route, parameters = matched
    path = raw_path(request)
    body, is_base64 = _body(request.get_data())
    headers = {name: request.headers.getlist(name) for name in request.headers.keys()}  # noqa: SIM118 - not a dict
    query = {name: request.args.getlist(name) for name in request.args}
    return {
        "resource": route.path,
        "path": path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": api.api_id,
            **(
                {} if claims is None else {"authorizer": {"claims": {name: str(each) for name, each in claims.items()}}}
            ),
            "domainName": request.host,
            "extendedRequestId": request_id,
            "httpMethod": request.method,
            "identity": {"sourceIp": request.remote_addr, "userAgent": request.headers.get("User-Agent")},
            "path": f"/{api.stage}{path}",
            "protocol": request.environ.get("SERVER_PROTOCOL"),
            "requestId": request_id,
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S %z"),
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "resourceId": "local",
            "resourcePath": route.path,
            "stage": api.stage,
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


def _body(data: bytes) -> tuple[str | None, bool]:
    if not data:
        return None, False
    try:
        return data.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(data).decode(), True


def _add_header(response: Response, name: str, value: str) -> None:
    """Add what a header may hold ("Field Syntax", RFC 9110): another line would be another header, or the body."""
    if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
        raise ValueError(f"the header {name!r} can't be sent")
    response.headers.add(name, value)


def proxy_response(payload: bytes) -> Response:
    """Return the response that a function's answer describes.

    Raises:
        MalformedAnswerError: it describes none.
    """
    try:
        answer = ProxyAnswer.model_validate_json(payload)
        text = answer.body or ""
        data = base64.b64decode(text, validate=True) if answer.isBase64Encoded else text.encode()
    except ValueError as error:
        raise MalformedAnswerError(f"no proxy response: {error}") from error
    many = answer.multiValueHeaders or {}
    single = {name: [value] for name, value in (answer.headers or {}).items() if name not in many}
    status = answer.statusCode
    response = Response(data, status=status)
    del response.headers["Content-Type"]
    try:
        for name, values in {**single, **many}.items():
            for value in values:
                _add_header(response, name, str(value))
    except ValueError as error:
        raise MalformedAnswerError(f"no proxy response: {error}") from error
    response.headers.setdefault("Content-Type", "application/json")
    return response
