"""Signed tokens as a Cognito user pool issues them, and their check as API Gateway's authorizer does it.

Sources: "Understanding user pool JSON web tokens" and "Verifying JSON web tokens", Amazon Cognito Developer Guide.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from local.template.resources import AppClient

ALGORITHM: Final = "RS256"


class User(NamedTuple):
    """Somebody who has signed in."""

    name: str
    subject: str
    """Their id, which never changes."""
    signed_in: int
    """When, epoch seconds."""


class TokenError(ValueError):
    """A token that is not valid; the message says why, for a log."""


class Tokens:
    """Issues and verifies the tokens of one user pool with one app client."""

    def __init__(self, issuer: str, client: AppClient, clock: Callable[[], datetime]) -> None:
        """Sign with a key made here, which nothing outlives."""
        self.issuer = issuer
        self._client = client
        self._clock = clock
        self._key = RSAKey.generate_key(2048, {"kid": str(uuid4()), "use": "sig", "alg": ALGORITHM}, auto_kid=False)
        self._keys = KeySet([self._key])

    def jwks(self) -> Mapping[str, Any]:
        """Return the public key as a JSON Web Key Set (RFC 7517)."""
        return dict(self._keys.as_dict(private=False))

    def access_token(self, user: User, scope: str) -> str:
        """Return an access token with the `scope`, its parts between spaces."""
        return self._sign(
            user,
            {"token_use": "access", "client_id": self._client.client_id, "scope": scope, "username": user.name},
        )

    def id_token(self, user: User, nonce: str | None = None) -> str:
        """Return an ID token; with the `nonce` of the request, if that had one (OpenID Connect Core, 3.1.3.6)."""
        claims = {"token_use": "id", "aud": self._client.client_id, "cognito:username": user.name, "email": user.name}
        return self._sign(user, claims if nonce is None else {**claims, "nonce": nonce})

    def verify(self, token: str, use: Literal["access", "id"]) -> Mapping[str, Any]:
        """Return the claims of a token after checking signature, issuer, time, use and client.

        Raises:
            TokenError: one of them is wrong.
        """
        expected: dict[str, jwt.ClaimsOption] = {
            "iss": {"essential": True, "value": self.issuer},
            "exp": {"essential": True},
            "token_use": {"essential": True, "value": use},
            "client_id" if use == "access" else "aud": {"essential": True, "value": self._client.client_id},
        }
        registry = jwt.JWTClaimsRegistry(int(self._clock().timestamp()), 0, **expected)
        try:
            claims = jwt.decode(token, self._keys, algorithms=[ALGORITHM]).claims
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            raise TokenError(str(error)) from error
        return claims

    def _sign(self, user: User, claims: Mapping[str, Any]) -> str:
        now = int(self._clock().timestamp())
        return jwt.encode(
            {"alg": ALGORITHM, "kid": self._key.kid},
            {
                "sub": user.subject,
                "iss": self.issuer,
                "auth_time": user.signed_in,
                "iat": now,
                "exp": now + self._client.access_seconds,
                "jti": str(uuid4()),
                **claims,
            },
            self._key,
        )
