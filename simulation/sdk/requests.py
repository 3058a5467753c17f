"""What a request asks for that botocore has made: its bytes, read back by botocore's model of the service."""

import json
from base64 import b64decode
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.model import OperationModel, Shape

from simulation.sdk.shapes import converted

_TRANSPORT: Final = frozenset(
    {
        "ChecksumAlgorithm",
        "ChecksumCRC32",
        "ChecksumMode",
        "ContentEncoding",
        "ContentLength",
        "ContentMD5",
        "EncodingType",
    }
)
"""Parameters that say how S3's content is brought, not what it is."""


def read_request(request: AWSPreparedRequest, operation: OperationModel) -> dict[str, Any]:
    """Return the parameters of a call, as its caller has given them to the client.

    Raises:
        NotImplementedError: the service speaks another protocol than DynamoDB, Kinesis (JSON) and S3 (REST-XML).
    """
    protocol = operation.service_model.resolved_protocol
    if protocol == "json":
        parameters: dict[str, Any] = converted(operation.input_shape, json.loads(_body(request)), _leaf)
        return parameters
    if protocol == "rest-xml":
        return _by_rest(request, operation.input_shape)
    raise NotImplementedError(f"{operation.service_model.service_name} speaks {protocol}, which is not covered")


def _leaf(kind: str, value: Any) -> Any:  # noqa: ANN401 - a value of any kind
    return b64decode(value, validate=True) if kind == "blob" else value


def _by_rest(request: AWSPreparedRequest, shape: Any) -> dict[str, Any]:  # noqa: ANN401 - a shape of a structure
    url = urlsplit(request.url)
    query = parse_qs(url.query, keep_blank_values=True)
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        at = str(member.serialization.get("name", name))
        match member.serialization.get("location"):
            case "uri":
                text = url.netloc.partition(".s3.")[0] if name == "Bucket" else unquote(url.path[1:])
                found[name] = text
            case "querystring" if at in query:
                found[name] = _scalar(member, query[at][0])
            case "header" if at.lower() in headers:
                found[name] = _scalar(member, headers[at.lower()])
            case "headers":
                prefix = at.lower()
                found[name] = {key.removeprefix(prefix): headers[key] for key in headers if key.startswith(prefix)}
    payload = shape.serialization.get("payload")
    if payload is not None:
        found[payload] = _body(request)
    return {name: value for name, value in found.items() if name not in _TRANSPORT and value != {}}


def _scalar(shape: Shape, text: str) -> str | int | bool:
    if shape.type_name in ("integer", "long"):
        return int(text)
    return text == "true" if shape.type_name == "boolean" else text


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _body(request: AWSPreparedRequest) -> bytes:
    body: Any = request.body
    content = body.read() if hasattr(body, "read") else body or b""
    content = content.encode() if isinstance(content, str) else bytes(content)
    return _unchunked(content) if "aws-chunked" in _text(request.headers.get("Content-Encoding", "")) else content


def _unchunked(body: bytes) -> bytes:
    """Return content that is cut into chunks, each behind its length, the last one empty; checksums follow."""
    content, rest = b"", body
    while True:
        length, _, rest = rest.partition(b"\r\n")
        size = int(length.partition(b";")[0], 16)
        if not size:
            return content
        content, rest = content + rest[:size], rest[size + 2 :]
