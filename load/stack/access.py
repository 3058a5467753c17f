"""Reaching AWS, and what is said when it can't be reached: one line with what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from consumers.command.stack import StackNotFoundError
from load.errors import InputError, LoadError

if TYPE_CHECKING:
    from boto3.session import Session

DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException"})
UNKNOWN: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Credentials that are no longer any, or never were."""

_NO_ENDPOINT: Final = "Invalid endpoint: "
"""How botocore begins to say that a service's address is none (`botocore.endpoint`): by a plain ValueError."""


def open_session(region: str | None) -> "Session":
    """Return a session of the usual AWS variables and files: ``AWS_PROFILE``, ``AWS_REGION`` and their like.

    Args:
        region: of the stack; none for the configured one.

    Raises:
        InputError: there is no such profile, or no region, or it is none.
    """
    import boto3
    from botocore.utils import validate_region_name

    # The other AWS SDKs take AWS_REGION, boto3 AWS_DEFAULT_REGION alone.
    with told("read the AWS configuration"):
        session = boto3.Session(region_name=region or os.environ.get("AWS_REGION"))
        if session.region_name is None:
            raise NoRegionError
        validate_region_name(session.region_name)
    return session


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say in one line what keeps AWS from doing `what`, and what to do about it.

    Raises:
        InputError: there are no credentials, no region, no such stack, or no permission; or what is configured as
            region or as a service's address is none.
        LoadError: AWS could not be asked, or refused for another reason.
    """
    try:
        yield
    except StackNotFoundError as error:
        raise InputError(str(error)) from error
    except ClientError as error:
        raise _refused(error, what) from error
    except BotoCoreError as error:
        if remedied := _remedied(error, what):
            raise InputError(remedied) from error
        raise LoadError(f"can't {what}: {error}") from error
    except ValueError as error:
        if not str(error).startswith(_NO_ENDPOINT):
            raise
        raise InputError(
            f"can't {what}: {error}. Set AWS_ENDPOINT_URL (or endpoint_url in ~/.aws/config) to an address like "
            "https://localhost:4566, or unset it to go to AWS"
        ) from error


def _remedied(error: BotoCoreError, what: str) -> str:
    """Return what is to be set otherwise, where AWS could not be asked; nothing if that is not known."""
    if isinstance(error, NoRegionError):
        return "no AWS region is configured: give --region NAME, or set AWS_REGION"
    if isinstance(error, InvalidRegionError):
        return f"{error} Give --region one like eu-central-1, or set AWS_REGION to it"
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return f"{error}: set AWS_PROFILE, or sign in by `aws configure sso` or `aws login`"
    if isinstance(error, ProfileNotFound):
        return f"{error}: set AWS_PROFILE to one of ~/.aws/config"
    if isinstance(error, EndpointConnectionError):
        return f"can't {what}: {error} Is the region right, and is there a network?"
    return ""


def _refused(error: ClientError, what: str) -> InputError | LoadError:
    """Return how to tell what AWS answered instead of doing `what`."""
    answer = error.response["Error"]
    code, message = answer.get("Code", ""), answer.get("Message", str(error))
    if code in DENIED:
        return InputError(f"not allowed to {what} ({error.operation_name}): {message}; docs/tuning.md has the policy")
    if code in UNKNOWN:
        return InputError(f"AWS takes these credentials for none ({code}): sign in again, or set others")
    return LoadError(f"can't {what}: {error}")
