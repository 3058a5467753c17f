"""Reaching AWS, and what is said when it can't be reached: one line with what to do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
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


def open_session(region: str | None) -> "Session":
    """Return a session of the usual AWS variables and files: ``AWS_PROFILE``, ``AWS_REGION`` and their like.

    Args:
        region: of the stack; none for the configured one.

    Raises:
        InputError: there is no such profile, or no region.
    """
    import boto3

    # The other AWS SDKs take AWS_REGION, boto3 AWS_DEFAULT_REGION alone.
    with told("read the AWS configuration"):
        session = boto3.Session(region_name=region or os.environ.get("AWS_REGION"))
        if session.region_name is None:
            raise NoRegionError
    return session


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say in one line what keeps AWS from doing `what`, and what to do about it.

    Raises:
        InputError: there are no credentials, no region, no such stack, or no permission.
        LoadError: AWS could not be asked, or refused for another reason.
    """
    try:
        yield
    except NoRegionError as error:
        raise InputError("no AWS region is configured: give --region NAME, or set AWS_REGION") from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise InputError(f"{error}: set AWS_PROFILE, or sign in by `aws configure sso` or `aws login`") from error
    except ProfileNotFound as error:
        raise InputError(f"{error}: set AWS_PROFILE to one of ~/.aws/config") from error
    except StackNotFoundError as error:
        raise InputError(str(error)) from error
    except EndpointConnectionError as error:
        raise InputError(f"can't {what}: {error} Is the region right, and is there a network?") from error
    except ClientError as error:
        answer = error.response["Error"]
        code, message = answer.get("Code", ""), answer.get("Message", str(error))
        if code in DENIED:
            raise InputError(
                f"not allowed to {what} ({error.operation_name}): {message}; docs/tuning.md has the policy"
            ) from error
        if code in UNKNOWN:
            raise InputError(f"AWS takes these credentials for none ({code}): sign in again, or set others") from error
        raise LoadError(f"can't {what}: {error}") from error
    except BotoCoreError as error:
        raise LoadError(f"can't {what}: {error}") from error
