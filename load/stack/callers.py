"""How a caller of the reporting API shows who it is, as the template's `SignIn` and `ApiKeys` ask for.

Source: docs/deploying.md, "Signing in". Keys and tokens are held here and go into requests, and nowhere else.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from load.errors import InputError
from load.runs.reporting_api import Authorize
from load.stack.description import DescribedStack

if TYPE_CHECKING:
    from boto3.session import Session

TOKEN_VARIABLE: Final = "PENSTOCK_API_TOKEN"  # noqa: S105 - the name of a variable
KEY_VARIABLE: Final = "PENSTOCK_API_KEY"
SERVICE: Final = "execute-api"


def authorize(stack: DescribedStack, session: "Session", *, token: str | None, key: str | None) -> Authorize:
    """Return what gives a request its headers.

    Args:
        stack: whose API is asked.
        session: whose credentials sign, where the stack asks for AWS identities.
        token: of a user of its pool, an access token with the scope ``penstock/read``.
        key: of its usage plan.

    Raises:
        InputError: the stack asks for something that was not given.
    """
    if stack.sign_in == "Cognito" and not token:
        raise InputError(
            f"the reporting API of {stack.name!r:.130} asks for sign-in: set {TOKEN_VARIABLE} to an access token with "
            "the scope penstock/read, or go without probes by --no-probes"
        )
    if stack.keys_wanted and not key:
        raise InputError(
            f"the reporting API of {stack.name!r:.130} asks for a key: set {KEY_VARIABLE}, or go without probes by "
            "--no-probes"
        )
    keyed = {"x-api-key": key} if stack.keys_wanted and key else {}
    if stack.sign_in == "Cognito":
        return lambda _url: {"Authorization": f"Bearer {token}", **keyed}
    signed = signer(session, stack.region)
    return lambda url: {**signed(url), **keyed}


def signer(session: "Session", region: str) -> Authorize:
    """Return what signs a GET by AWS's Signature Version 4; temporary credentials are renewed as they expire."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    credentials = session.get_credentials()
    if credentials is None:
        raise InputError("there are no AWS credentials to sign requests with: set AWS_PROFILE, or go by --no-probes")

    def sign(url: str) -> Mapping[str, str]:
        request = AWSRequest(method="GET", url=url)
        SigV4Auth(credentials.get_frozen_credentials(), SERVICE, region).add_auth(request)
        return dict(request.headers.items())

    return sign
