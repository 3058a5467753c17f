"""Caching headers: how long an answer may be kept, and whether the client's copy is still good (RFC 9110, 9111)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2s
from http import HTTPStatus
from typing import Final

from aws_lambda_powertools.event_handler import Response

FRESH: Final = "private, max-age=2"
"""Counts of a window that is still filling change every few seconds."""
SETTLED: Final = "private, max-age=60"
"""Counts of a window that ended long before the newest event: only a late one changes them."""
DOCUMENT: Final = "private, max-age=300"
NO_STORE: Final = "no-store"

SETTLED_AFTER: Final = timedelta(hours=1)

_ENTITY_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def of_counts(to: str, as_of: str | None) -> str:
    """Return for how long counts up to `to` may be kept that are as fresh as `as_of`; instants as answers have them."""
    if as_of is not None and datetime.fromisoformat(to) + SETTLED_AFTER <= datetime.fromisoformat(as_of):
        return SETTLED
    return FRESH


def cached(
    body: str, content_type: str, headers: Mapping[str, str], cache_control: str, if_none_match: str | None
) -> Response[str]:
    """Return `body` with its entity tag, or a 304 without it where the client has the same already.

    The tag is weak: API Gateway may compress the body on its way. An answer that may not be stored has none.
    """
    sent = {**headers, "Cache-Control": cache_control}
    if cache_control == NO_STORE:
        return Response(HTTPStatus.OK, content_type, body, sent)
    tag = f'"{blake2s(body.encode(), digest_size=12).hexdigest()}"'
    sent["ETag"] = f"W/{tag}"
    if if_none_match and (if_none_match.strip() == "*" or tag in _ENTITY_TAG.findall(if_none_match)):
        return Response(HTTPStatus.NOT_MODIFIED, headers=sent)
    return Response(HTTPStatus.OK, content_type, body, sent)
