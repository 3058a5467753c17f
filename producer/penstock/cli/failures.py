"""What goes wrong with AWS, as one line: what, the value, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from penstock.call_failures import call_failure
from penstock.delivery.verdicts import incurable
from penstock.errors import AccessDeniedError, StreamNotFoundError


class FailureError(click.ClickException):
    """Ends the command with a line on standard error and status 1: something that was asked for did not work."""

    exit_code = 1


class SettingsError(click.ClickException):
    """Ends the command with a line on standard error and status 2: nothing was done, since a setting is wrong."""

    exit_code = 2


_CREDENTIALS: Final = "give --profile NAME, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_SETTINGS: Final[tuple[tuple[type[BotoCoreError], str], ...]] = (
    (NoRegionError, "no AWS region is configured: give --region NAME, or set AWS_REGION"),
    (NoCredentialsError, f"no AWS credentials were found: {_CREDENTIALS}"),
    (ProfileNotFound, "{error}: give a --profile that ~/.aws/config or ~/.aws/credentials has"),
    (SSOTokenLoadError, "{error}: sign in with aws sso login"),
    (TokenRetrievalError, "{error}: sign in with aws sso login"),
    (UnauthorizedSSOTokenError, "{error}: sign in with aws sso login"),
    (PartialCredentialsError, f"{{error}}: {_CREDENTIALS}"),
    (CredentialRetrievalError, f"{{error}}: {_CREDENTIALS}"),
)
_UNREACHABLE: Final = (EndpointConnectionError, ConnectTimeoutError, SSLError)


@contextmanager
def explained(stream: str, region: str | None) -> Iterator[None]:
    """Around calls to AWS: what boto3 raises leaves as a `FailureError` or a `SettingsError`."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise explain(error, stream, region) from error


def explain(error: BotoCoreError | ClientError, stream: str, region: str | None) -> click.ClickException:
    """Return what to end the command with.

    Args:
        error: what boto3 raised.
        stream: the stream's name or ARN.
        region: the region asked, if it is known.
    """
    if isinstance(error, ClientError):
        return FailureError(_explain_answer(error, stream, region))
    for kind, message in _SETTINGS:
        if isinstance(error, kind):
            return SettingsError(message.format(error=error))
    if isinstance(error, _UNREACHABLE):
        return FailureError(f"{error}; check --endpoint-url, --region and the network")
    return FailureError(f"Kinesis could not be asked about {stream}: {type(error).__name__}: {error}")


def _explain_answer(error: ClientError, stream: str, region: str | None) -> str:
    failure = call_failure(error)
    where = f" in {region}" if region else ""
    kind = incurable(failure.code)
    if kind is StreamNotFoundError:
        return f"there is no stream {stream}{where} for these credentials: check the name, --region and --profile"
    if kind is AccessDeniedError:
        action = f"kinesis:{error.operation_name}"
        return f"{failure.code}: {failure.message:.300}; check the credentials: they need {action} on {stream}"
    return f"{error.operation_name} on {stream}{where} failed with {failure.code}: {failure.message:.300}"
