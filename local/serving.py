"""What the HTTP servers on 127.0.0.1 have in common: whom they answer, and where their faults go.

Whatever runs on this machine may ask them; a page in the user's browser may not, since any page can make a browser send
requests to any address. A name that the page's owner chose may resolve to 127.0.0.1, which its Host tells; a request
from a page of another origin says so in Origin or Sec-Fetch-Site, which a page can't change (Fetch Standard and Fetch
Metadata Request Headers).
"""

import logging
import sys
from typing import Final

HOST: Final = "127.0.0.1"

_OWN_PAGES: Final = (None, "none", "same-origin")
"""Sec-Fetch-Site of an address that was typed in, and of a page's requests to its own server."""


def refusal(port: int, *, host: str | None, origin: str | None, site: str | None, friend: str = "") -> str | None:
    """Tell why a request must not be answered; None when it may.

    Args:
        port: Where the server listens.
        host: The request's header Host.
        origin: Its header Origin.
        site: Its header Sec-Fetch-Site.
        friend: An origin whose pages may ask too, because the user said so; none if empty.
    """
    own = {f"{name}:{port}" for name in (HOST, "localhost")} | ({HOST, "localhost"} if port == 80 else set())
    if (host or "").lower() not in own:
        return f"only for callers on this machine: ask {HOST}:{port}"
    if friend and origin == friend:
        return None
    if (origin is not None and origin.lower() not in {f"http://{each}" for each in own}) or site not in _OWN_PAGES:
        return "not for pages of another origin"
    return None


def log_fault(log: logging.Logger) -> None:
    """Log the exception that ended a connection, but for a peer that went away, as one that is killed does.

    For `handle_error` of a server, which otherwise prints a traceback on the terminal.
    """
    error = sys.exc_info()[1]
    if not isinstance(error, ConnectionError):
        log.error("A connection ended with an error", exc_info=error)
