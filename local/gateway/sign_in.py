"""A user pool's domain for development: anybody signs in, by name, without a password.

The endpoints, parameters, errors and tokens are those of Cognito's managed login ("Login endpoints reference" and
"Token endpoint", Amazon Cognito Developer Guide), so that a page can't tell them apart; but for PKCE (RFC 7636), which
is required here, and which Cognito leaves to its clients. Codes are used once and soon; nothing outlives the process.
"""

import json
import secrets
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import NAMESPACE_DNS, uuid5

from werkzeug.wrappers import Request, Response

from local.gateway.tokens import Tokens, User
from local.template.resources import AppClient

CODE_SECONDS: Final = 300
SESSION_SECONDS: Final = 3_600
SESSION_COOKIE: Final = "penstock-sign-in"
MOST_KEPT: Final = 1_000
"""Codes, sessions and refresh tokens at once; the oldest go first."""

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;color-scheme:light dark;max-width:22rem;margin:15vh auto;padding:0 1rem}"
    "input,button{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.5rem;margin:.25rem 0 1rem}"
)
_STYLE_HASH: Final = f"sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}"


class _Grant(NamedTuple):
    """What a code stands for."""

    user: User
    scope: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    until: float


class _Session(NamedTuple):
    user: User
    until: float


class _Refresh(NamedTuple):
    user: User
    scope: str
    until: float


class _OAuthError(Exception):
    """A request that the protocol refuses (RFC 6749, sections 4.1.2.1 and 5.2)."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


class SignIn:
    """Answers the sign-in's addresses for one app client."""

    def __init__(self, tokens: Tokens, client: AppClient, clock: Callable[[], datetime]) -> None:
        """Issue `tokens` to whoever signs in with `client`."""
        self.tokens = tokens
        self._client = client
        self._clock = clock
        self._codes: dict[str, _Grant] = {}
        self._sessions: dict[str, _Session] = {}
        self._refreshes: dict[str, _Refresh] = {}
        self._lock = threading.Lock()
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/oauth2/authorize"): self._authorize,
            ("GET", "/login"): self._page,
            ("POST", "/login"): self._sign_in,
            ("POST", "/oauth2/token"): self._token,
            ("GET", "/logout"): self._sign_out,
            ("GET", "/.well-known/jwks.json"): lambda _: _json(self.tokens.jwks()),
        }

    def settings(self) -> Mapping[str, str]:
        """Return what the dashboard's config.json says in `auth`; the domain is the page's own origin."""
        return {"domain": "", "clientId": self._client.client_id, "scope": " ".join(self._client.scopes)}

    def token(self) -> str:
        """Return an access token for the stack's own programs."""
        return self.tokens.access_token(self._user("penstock"), " ".join(self._client.scopes))

    def answer(self, request: Request) -> Response | None:
        """Answer a request to one of the addresses; None for others."""
        route = self._routes.get((request.method, request.path))
        if route is None:
            return None
        with self._lock:
            response = route(request)
        response.headers["Cache-Control"] = "no-store"
        # Not no-referrer: the form would then come from the origin "null", which is refused (Fetch Standard, 3.2).
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _authorize(self, request: Request) -> Response:
        """Send a reader who has a session back with a code, and any other to the page."""
        try:
            query = self._checked(request)
        except _OAuthError as error:
            return self._back_with_error(request, error)
        session = self._sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        if session is not None and session.until > self._now():
            return self._back_with_code(query, session.user)
        return _see_other(f"/login?{urlencode(query)}")

    def _page(self, request: Request) -> Response:
        try:
            query = self._checked(request)
        except _OAuthError as error:
            return self._back_with_error(request, error)
        action = escape(f"/login?{urlencode(query)}")
        response = Response(
            "<!doctype html>\n"
            f'<html lang="en"><head><meta charset="utf-8"><title>Sign in to Penstock</title><style>{_STYLE}</style>'
            '<meta name="viewport" content="width=device-width"></head><body><main><h1>Sign in</h1>'
            "<p>For development on this machine: any name will do.</p>"
            f'<form method="post" action="{action}"><label for="username">Name</label>'
            '<input id="username" name="username" value="developer@example.com" required maxlength="128" autofocus>'
            "<button>Sign in</button></form></main></body></html>\n",
            content_type="text/html; charset=utf-8",
        )
        # A browser holds the form's redirects to form-action too (CSP 3), so where it returns to is named.
        back = urlsplit(query["redirect_uri"])
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src '{_STYLE_HASH}'; form-action 'self' {back.scheme}://{back.netloc}; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        return response

    def _sign_in(self, request: Request) -> Response:
        try:
            query = self._checked(request)
        except _OAuthError as error:
            return self._back_with_error(request, error)
        name = request.form.get("username", "").strip()[:128]
        if not name:
            return _see_other(f"/login?{urlencode(query)}")
        session = _Session(self._user(name), self._now() + SESSION_SECONDS)
        response = self._back_with_code(query, session.user)
        response.set_cookie(
            SESSION_COOKIE, _keep(self._sessions, session), max_age=SESSION_SECONDS, httponly=True, samesite="Lax"
        )
        return response

    def _sign_out(self, request: Request) -> Response:
        self._sessions.pop(request.cookies.get(SESSION_COOKIE, ""), None)
        known = [_loopback(each) for each in self._client.logouts]
        target = request.args.get("logout_uri", "")
        if request.args.get("client_id") != self._client.client_id or _loopback(target) not in known:
            return Response("logout_uri is not one of the client's\n", status=400, content_type="text/plain")
        response = _see_other(target)
        response.delete_cookie(SESSION_COOKIE)
        return response

    def _token(self, request: Request) -> Response:
        try:
            return _json(self._granted(request.form))
        except _OAuthError as error:
            return _json({"error": error.code, "error_description": error.why}, status=400)

    def _granted(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        if form.get("client_id") != self._client.client_id:
            raise _OAuthError("invalid_client", "client_id is not the app client's")
        match form.get("grant_type"):
            case "authorization_code":
                return self._for_code(form)
            case "refresh_token":
                return self._for_refresh(form)
        raise _OAuthError("unsupported_grant_type", "grant_type is authorization_code or refresh_token")

    def _for_code(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        grant = self._codes.pop(form.get("code", ""), None)  # used once, however that ends
        if grant is None or grant.until <= self._now():
            raise _OAuthError("invalid_grant", "code is unknown, used or too old")
        if form.get("redirect_uri") != grant.redirect_uri:
            raise _OAuthError("invalid_grant", "redirect_uri is not the one that the code was asked with")
        if not secrets.compare_digest(_challenge(form.get("code_verifier", "")), grant.challenge):
            raise _OAuthError("invalid_grant", "code_verifier does not match code_challenge")
        refresh = _Refresh(grant.user, grant.scope, self._now() + self._client.refresh_seconds)
        return {**self._issued(grant.user, grant.scope, grant.nonce), "refresh_token": _keep(self._refreshes, refresh)}

    def _for_refresh(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        refresh = self._refreshes.get(form.get("refresh_token", ""))
        if refresh is None or refresh.until <= self._now():
            raise _OAuthError("invalid_grant", "refresh_token is unknown or too old")
        return self._issued(refresh.user, refresh.scope)

    def _issued(self, user: User, scope: str, nonce: str | None = None) -> dict[str, Any]:
        issued: dict[str, Any] = {
            "access_token": self.tokens.access_token(user, scope),
            "expires_in": self._client.access_seconds,
            "token_type": "Bearer",
        }
        return issued | ({"id_token": self.tokens.id_token(user, nonce)} if "openid" in scope.split() else {})

    def _checked(self, request: Request) -> dict[str, str]:
        """Return the parameters of an authorization request.

        Raises:
            _OAuthError: one is missing or wrong.
        """
        query = {name: value for name, value in request.args.items() if name in _AUTHORIZE}
        if query.get("response_type") != "code":
            raise _OAuthError("unsupported_response_type", "response_type must be code")
        if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
            raise _OAuthError("invalid_request", "code_challenge and code_challenge_method=S256 are required")
        scopes = query.setdefault("scope", " ".join(self._client.scopes)).split()
        if not scopes or not set(scopes) <= set(self._client.scopes):
            raise _OAuthError("invalid_scope", f"scope must be of {' '.join(self._client.scopes)}")
        self._check_return(request)
        return query

    def _check_return(self, request: Request) -> None:
        known = [_loopback(each) for each in self._client.callbacks]
        if _loopback(request.args.get("redirect_uri", "")) not in known:
            raise _OAuthError("redirect_mismatch", f"redirect_uri is not one of the client's: {', '.join(known)}")
        if request.args.get("client_id") != self._client.client_id:
            raise _OAuthError("invalid_client", f"client_id is not the app client's, {self._client.client_id}")

    def _back_with_code(self, query: Mapping[str, str], user: User) -> Response:
        until = self._now() + CODE_SECONDS
        grant = _Grant(user, query["scope"], query["redirect_uri"], query["code_challenge"], query.get("nonce"), until)
        return _back(query, {"code": _keep(self._codes, grant)})

    def _back_with_error(self, request: Request, error: _OAuthError) -> Response:
        """Send the reader back with the error; show it here where the client or its address is not known."""
        try:
            self._check_return(request)
        except _OAuthError as unknown:
            return Response(f"{unknown.code}: {unknown.why}\n", status=400, content_type="text/plain; charset=utf-8")
        return _back(request.args, {"error": error.code, "error_description": error.why})

    def _user(self, name: str) -> User:
        return User(name, str(uuid5(NAMESPACE_DNS, name)), int(self._now()))

    def _now(self) -> float:
        return self._clock().timestamp()


_AUTHORIZE: Final = frozenset(
    {
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
    }
)


def _challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _loopback(address: str) -> str:
    """Take the two names of this machine for one (RFC 8252, section 7.3): a reader may have typed either."""
    return address.replace("http://localhost:", "http://127.0.0.1:", 1)


def _keep(kept: dict[str, Any], what: object) -> str:
    """Keep something under a name that nobody can guess, and return that."""
    while len(kept) >= MOST_KEPT:
        del kept[next(iter(kept))]
    name = secrets.token_urlsafe(32)
    kept[name] = what
    return name


def _back(query: Mapping[str, str], answer: Mapping[str, str]) -> Response:
    state = {"state": query["state"]} if "state" in query else {}
    return _see_other(f"{query['redirect_uri']}?{urlencode({**answer, **state})}")


def _see_other(address: str) -> Response:
    return Response(status=302, headers={"Location": address})


def _json(document: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(document), status=status, content_type="application/json")
