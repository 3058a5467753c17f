"""A user pool's sign-in for one reader, as far as the page uses it: code with PKCE, refresh, sign-out."""

import base64
import hashlib
import json
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

CLIENT = "7example"
SCOPE = "openid penstock/read"


class FakeSignIn:
    """Signs everybody in who asks rightly. What it was asked wrongly is in `refusals`."""

    def __init__(self) -> None:
        self.config = {"domain": "", "clientId": CLIENT, "scope": SCOPE}
        self.lifetime = 3600
        self.refusals: list[str] = []
        self.denies = False
        self.nonce: str | None = None
        """What the tokens claim instead of the nonce asked for."""
        self._codes: dict[str, Mapping[str, str]] = {}
        self._valid: set[str] = set()
        self._refresh: set[str] = set()
        self._serial = count()

    def accepts(self, authorization: str | None) -> bool:
        """Whether an Authorization header carries an access token that is valid now."""
        return (authorization or "").removeprefix("Bearer ") in self._valid

    def expire(self, *, refresh: bool = False) -> None:
        """Make the tokens given so far invalid, and the sessions too with `refresh`."""
        self._valid.clear()
        if refresh:
            self._refresh.clear()

    def authorize(self, query: Mapping[str, str]) -> str:
        """Return where the sign-in page sends the reader."""
        wanted = {"response_type": "code", "client_id": CLIENT, "scope": SCOPE, "code_challenge_method": "S256"}
        missing = [name for name in ("redirect_uri", "state", "nonce", "code_challenge") if not query.get(name)]
        self.refusals += [f"authorize {name}" for name in wanted if query.get(name) != wanted[name]] + missing
        answer = {"state": query["state"]}
        if self.denies:
            answer |= {"error": "access_denied", "error_description": "User is not confirmed"}
        else:
            answer["code"] = f"code-{next(self._serial)}"
            self._codes[answer["code"]] = query
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer the token endpoint (RFC 6749, 4.1.3 and 6)."""
        if form.get("client_id") != CLIENT or "client_secret" in form:
            return 400, {"error": "invalid_client"}
        if form.get("grant_type") == "refresh_token" and form.get("refresh_token") in self._refresh:
            return 200, self._tokens(None)
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        refresh = f"refresh-{next(self._serial)}"
        self._refresh.add(refresh)
        return 200, {**self._tokens(self.nonce or asked["nonce"]), "refresh_token": refresh}

    def _tokens(self, nonce: str | None) -> dict[str, Any]:
        access = f"access-{next(self._serial)}"
        self._valid.add(access)
        claims = base64.urlsafe_b64encode(json.dumps({"nonce": nonce, "name": "Zoë"}).encode()).decode().rstrip("=")
        return {
            "access_token": access,
            "id_token": f"e30.{claims}.",
            "expires_in": self.lifetime,
            "token_type": "Bearer",
        }
