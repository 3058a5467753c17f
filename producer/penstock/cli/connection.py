"""Which account, region and endpoint: the options that every command has, and the boto3 session they lead to."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from boto3.session import Session
    from types_boto3_kinesis import KinesisClient

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """Where a stream is, and who asks.

    Attributes:
        endpoint_url: of Kinesis, none for AWS's own.
        region: none for that of the stream's ARN, the environment or the profile.
        profile: of the AWS configuration files, none for the environment's credentials or the default profile.
    """

    endpoint_url: str | None
    region: str | None
    profile: str | None

    def session(self) -> "Session":
        """Return a boto3 session whose clients ask there.

        Raises:
            botocore.exceptions.ProfileNotFound: for a profile that does not exist.
        """
        from boto3.session import Session  # here, since importing it takes longer than all of the rest

        class EndpointSession(Session):
            def client(session, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, N805 - boto3's signature
                try:
                    return super().client(*args, **{"endpoint_url": self.endpoint_url, **kwargs})
                except ValueError as error:  # botocore's word for an endpoint or a region that cannot be one
                    raise click.UsageError(f"{error}; see --endpoint-url and --region") from error

        # The other AWS SDKs take AWS_REGION, boto3 AWS_DEFAULT_REGION alone.
        return EndpointSession(profile_name=self.profile, region_name=self.region or os.environ.get("AWS_REGION"))

    def client(self, stream: str, *, attempts: int) -> "KinesisClient":
        """Return a boto3 client for reading a stream, which tries a call up to so many times.

        Raises:
            ConfigurationError: if no stream can have this name or ARN.
            botocore.exceptions.BotoCoreError: for a profile that does not exist, or no region at all.
        """
        from botocore.config import Config

        from penstock.stream_name import check_stream_name, region_of

        check_stream_name(stream)
        return self.session().client(
            "kinesis",
            region_name=region_of(stream),
            config=Config(
                retries={"total_max_attempts": attempts, "mode": "standard"},
                connect_timeout=6.0,
                tcp_keepalive=True,
                user_agent_extra="penstock",
            ),
        )


def connection_options(command: _Command) -> _Command:
    """Give a command ``--endpoint-url``, ``--region`` and ``--profile``."""
    for option in (
        click.option("--profile", metavar="NAME", help="Profile of the AWS configuration files."),
        click.option("--region", metavar="NAME", help="AWS region. [default: the ARN's, AWS_REGION, or the profile's]"),
        click.option("--endpoint-url", metavar="URL", help="Another endpoint than AWS's, such as a local one."),
    ):
        command = option(command)
    return command
