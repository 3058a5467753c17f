"""What botocore is answered: a simulated service's answer or error as bytes, by botocore's model of the service.

An answer that the model does not know raises: a simulated service has said what the real one never would.
"""

import io
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from simulation.sdk.shapes import converted

_STATUS: Final = {
    "InternalFailure": 500,
    "InternalServerError": 500,
    "InternalError": 500,
    "SlowDown": 503,
    "NoSuchKey": 404,
    "NoSuchBucket": 404,
    "404": 404,
    "PreconditionFailed": 412,
}
"""Of errors that say nothing of it; all others are 400."""


def answer(url: str, operation: OperationModel, output: Mapping[str, Any]) -> AWSResponse:
    """Return what the service's answer is on the wire."""
    status = int(operation.http.get("responseCode", 200))
    if operation.service_model.resolved_protocol == "json":
        return _json(url, status, _value(operation.output_shape, output))
    shape: Any = operation.output_shape
    headers: dict[str, str] = {}
    body: dict[str, Any] = {}
    for name, value in output.items():
        member = shape.members[name]
        match member.serialization.get("location"):
            case "header":
                headers[member.serialization["name"]] = _header(value)
            case "headers":
                headers |= {member.serialization["name"] + key: each for key, each in value.items()}
            case _:
                body[name] = value
    payload = shape.serialization.get("payload") if shape is not None else None
    if payload is not None:
        content = body[payload].read() if payload in body else b""
    else:
        content = _document("Result", _children(shape, body)) if body else b""
    if operation.http["method"] != "HEAD":
        headers["Content-Length"] = str(len(content))
    return _response(url, status, headers, content)


def error(url: str, operation: OperationModel, raised: ClientError) -> AWSResponse:
    """Return what an error of the service is on the wire."""
    response: Mapping[str, Any] = raised.response
    code, message = response["Error"]["Code"], response["Error"].get("Message", "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode") or _STATUS.get(code, 400)
    if operation.service_model.resolved_protocol == "json":
        shape = operation.service_model.shape_for_error_code(code)
        besides = {name: value for name, value in response.items() if name not in ("Error", "ResponseMetadata")}
        told = _value(shape, besides) if besides else {}
        return _json(url, status, {"__type": f"com.amazonaws#{code}", "message": message, **told})
    if operation.http["method"] == "HEAD":  # the status is all there is
        return _response(url, status, {}, b"")
    content = _document("Error", f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>")
    return _response(url, status, {}, content)


class _Raw(io.BytesIO):
    """A body, as urllib3 gives it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        """Yield the body."""
        yield self.read()


def _response(url: str, status: int, headers: dict[str, str], content: bytes) -> AWSResponse:
    return AWSResponse(url, status, HTTPHeaders.from_dict(headers), _Raw(content))


def _json(url: str, status: int, body: object) -> AWSResponse:
    content = json.dumps(body).encode()
    return _response(url, status, {"Content-Type": "application/x-amz-json-1.0"}, content)


def _value(shape: Any, value: Any) -> Any:  # noqa: ANN401 - a shape of any kind, if there is one, and its value
    return value if shape is None else converted(shape, value, _leaf)


def _leaf(kind: str, value: Any) -> Any:  # noqa: ANN401 - a value of any kind
    if kind == "blob":
        return b64encode(value).decode()
    return value.timestamp() if kind == "timestamp" and isinstance(value, datetime) else value


def _document(name: str, content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>{content}</{name}>'.encode()


def _children(shape: Any, values: Mapping[str, Any]) -> str:  # noqa: ANN401 - a shape of a structure
    members = ((shape.members[name], name, value) for name, value in values.items())
    return "".join(_element(member.serialization.get("name", name), member, value) for member, name, value in members)


def _element(name: str, shape: Any, value: Any) -> str:  # noqa: ANN401 - a shape of any kind and its value
    match shape.type_name:
        case "structure":
            content = _children(shape, value)
        case "list" if shape.serialization.get("flattened"):
            return "".join(_element(name, shape.member, each) for each in value)
        case "list":
            content = "".join(
                _element(shape.member.serialization.get("name", "member"), shape.member, each) for each in value
            )
        case "timestamp":
            content = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case "boolean":
            content = "true" if value else "false"
        case _:
            content = escape(str(value))
    return f"<{name}>{content}</{name}>"


def _header(value: Any) -> str:  # noqa: ANN401 - what a header may hold
    return format_datetime(value.astimezone(UTC), usegmt=True) if isinstance(value, datetime) else str(value)
