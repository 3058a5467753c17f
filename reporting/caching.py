"""Caching headers: how long an answer may be kept, and whether the client's copy is still good (RFC 9110, 9111)."""

import re
from hashlib import blake2s
from http import HTTPStatus
from typing import Final

from aws_lambda_powertools.event_handler import Response, content_types

COUNTS: Final = "max-age=2"
"""Counts change every few seconds."""
DOCUMENT: Final = "max-age=300"
NO_STORE: Final = "no-store"

HEADERS: Final = {"X-Content-Type-Options": "nosniff"}
"""On every answer: its content type is to be taken at its word."""

_ENTITY_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def cached(body: str, cache_control: str, if_none_match: str | None) -> Response[str]:
    """Return `body` (JSON) with its entity tag, or a 304 without it where the client has the same already.

    The tag is weak: API Gateway may compress the body on its way. An answer that may not be stored has none.
    """
    headers = {**HEADERS, "Cache-Control": cache_control}
    if cache_control == NO_STORE:
        return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, body, headers)
    tag = f'"{blake2s(body.encode(), digest_size=12).hexdigest()}"'
    headers["ETag"] = f"W/{tag}"
    if if_none_match and (if_none_match.strip() == "*" or tag in _ENTITY_TAG.findall(if_none_match)):
        return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(HTTPStatus.OK, content_types.APPLICATION_JSON, body, headers)
