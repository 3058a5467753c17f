"""API Gateway's compression of answers ("Receive an API response with a compressed payload", API Gateway guide)."""

import gzip
import zlib
from collections.abc import Callable, Mapping
from typing import Final

from werkzeug.wrappers import Request, Response

_CODINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = {"gzip": gzip.compress, "deflate": zlib.compress}


def compress(request: Request, response: Response, minimum: int | None) -> Response:
    """Compress a response where the request's Accept-Encoding says so by name, and return it.

    Args:
        request: What is answered. An absent Accept-Encoding, or one that says `*`, asks for nothing; nor is anything
            compressed where a coding that is not known here, like `br`, is wanted more than those that are.
        response: It stays as it is if it has a coding already.
        minimum: Size in bytes from which it is compressed; None never.
    """
    data = response.get_data()
    if minimum is None or not data or len(data) < minimum or "Content-Encoding" in response.headers:
        return response
    wanted = {coding.lower(): quality for coding, quality in request.accept_encodings if quality > 0}
    most = max(wanted.values(), default=0.0)
    coding = next((each for each in _CODINGS if wanted.get(each) == most and most > 0), None)
    if coding is not None:
        response.set_data(_CODINGS[coding](data))
        response.headers["Content-Encoding"] = coding
    return response
