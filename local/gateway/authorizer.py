"""API Gateway's Cognito authorizer: who may call a route.

Source: "Integrate a REST API with an Amazon Cognito user pool", API Gateway guide. A route with scopes wants an access
token that has one of them, a route without wants an ID token; the word Bearer before it is optional.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from local.gateway.refusals import RefusedError
from local.gateway.tokens import TokenError, Tokens
from local.template.resources import Route

_BEARER: Final = re.compile(r"bearer +", re.IGNORECASE)


def authorize(route: Route, header: str | None, tokens: Tokens | None) -> Mapping[str, Any] | None:
    """Return the claims of a caller; None where the route asks for none, or nobody signs in here.

    Args:
        route: What is called. Signatures (AWS_IAM) are not checked on one machine.
        header: The request's Authorization.
        tokens: Verifies; None where the stack runs without sign-in.

    Raises:
        RefusedError: the header has no valid token, or one without the scope.
    """
    if tokens is None or route.authorization != "COGNITO_USER_POOLS":
        return None
    try:
        claims = tokens.verify(_BEARER.sub("", header or "", count=1), "access" if route.scopes else "id")
    except TokenError as error:
        raise RefusedError("UNAUTHORIZED") from error
    if route.scopes and not set(route.scopes) & set(str(claims.get("scope", "")).split()):
        raise RefusedError("ACCESS_DENIED")
    return claims
