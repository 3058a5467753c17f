"""A token is what its user pool signed, for its client, for a while."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from local.gateway.tokens import TokenError, Tokens
from tests.unit.local.gateway.signing import CLIENT, ISSUER, NOON, TOKENS, USER


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def test_an_access_token_says_who_may_do_what_until_when() -> None:
    claims = TOKENS.verify(TOKENS.access_token(USER, "openid penstock/read"), "access")
    assert (claims["iss"], claims["client_id"], claims["sub"], claims["username"]) == (
        ISSUER,
        "dashboard",
        "7b0c",
        "ann@example.com",
    )
    assert (claims["token_use"], claims["scope"]) == ("access", "openid penstock/read")
    assert claims["exp"] - claims["iat"] == CLIENT.access_seconds
    assert "aud" not in claims  # as with Cognito


def test_an_id_token_is_for_its_client_and_no_access_token() -> None:
    token = TOKENS.id_token(USER)
    assert TOKENS.verify(token, "id")["aud"] == "dashboard"
    with pytest.raises(TokenError, match="client_id"):
        TOKENS.verify(token, "access")


def test_a_token_is_valid_for_its_time_alone() -> None:
    now = [NOON]
    tokens = Tokens(ISSUER, CLIENT, lambda: now[0])
    token = tokens.access_token(USER, "penstock/read")
    now[0] = NOON + timedelta(seconds=CLIENT.access_seconds - 1)
    assert tokens.verify(token, "access")
    now[0] += timedelta(seconds=2)
    with pytest.raises(TokenError, match="expired"):
        tokens.verify(token, "access")


def signed(key: RSAKey | OctKey, algorithm: str = "RS256", **changes: object) -> str:
    """Return a token that is right but for its key and some claims."""
    claims = claims_of(TOKENS.access_token(USER, "penstock/read")) | changes
    header = {"alg": algorithm, "kid": TOKENS.jwks()["keys"][0]["kid"]}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


def test_another_key_signs_nothing_even_by_the_same_name() -> None:
    with pytest.raises(TokenError):
        TOKENS.verify(signed(RSAKey.generate_key(2048)), "access")


def test_the_public_key_is_no_shared_secret() -> None:
    # The classic confusion: HS256 with the public key as the secret.
    secret = OctKey.import_key(json.dumps(TOKENS.jwks()["keys"][0]).encode())
    with pytest.raises(TokenError):
        TOKENS.verify(signed(secret, "HS256"), "access")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://elsewhere"},
        {"client_id": "another"},
        {"token_use": "id"},
        {"exp": 0},
        {"exp": None},
        {"exp": "x"},
    ],
)
def test_every_claim_is_checked(monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]) -> None:
    real = jwt.encode
    monkeypatch.setattr(jwt, "encode", lambda header, claims, key: real(header, {**claims, **changes}, key))
    token = TOKENS.access_token(USER, "penstock/read")
    with pytest.raises(TokenError):
        TOKENS.verify(token, "access")


def test_a_changed_token_is_none() -> None:
    head, _, signature = TOKENS.access_token(USER, "openid").split(".")
    payload = urlsafe_b64encode(json.dumps(claims_of(TOKENS.access_token(USER, "penstock/read"))).encode())
    with pytest.raises(TokenError):
        TOKENS.verify(f"{head}.{payload.rstrip(b'=').decode()}.{signature}", "access")


def unsigned() -> str:
    head, payload = (
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none", "typ": "JWT"}, claims_of(TOKENS.access_token(USER, "penstock/read")))
    )
    return f"{head}.{payload}."


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "..", "é.é.é", "e30.e30.e30", "x" * 10_000, unsigned()])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenError):
        TOKENS.verify(token, "access")


def test_the_published_keys_are_public() -> None:
    (key,) = TOKENS.jwks()["keys"]
    assert set(key) <= {"kty", "n", "e", "kid", "use", "alg"}
