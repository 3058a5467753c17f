"""Where the generator's events go: a description that another process can be given."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from load.generator.stubbed_stream import StubbedStream
from penstock.config import ProducerConfig

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.session import Session as CoreSession
    from types_boto3_kinesis import KinesisClient

ROLE_SESSION: Final = "penstock-load"
"""By which CloudTrail tells a load from other users of the role."""


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """A stream, and how to reach it.

    Attributes:
        stream: its name.
        endpoint: of the local stack's services; none for AWS's own.
        region: on AWS; none for that of the environment.
        role: to be assumed on AWS, by its ARN; none for the environment's own credentials.
        shards: not none for a stubbed stream of so many shards, in the process that asks.
    """

    stream: str
    endpoint: str | None = None
    region: str | None = None
    role: str | None = None
    shards: int | None = None

    def client(self, config: ProducerConfig) -> "KinesisClient":
        """Return a client that suits a producer.

        Raises:
            botocore.exceptions.BotoCoreError: there are no credentials, or there is no region.
        """
        if self.shards is not None:
            return cast("KinesisClient", StubbedStream(self.shards))
        if self.endpoint is None:
            from penstock.kinesis_client import make_client

            return make_client(config, session=self.session())
        from botocore.config import Config

        from local.services.session import local_session

        return local_session().client(
            "kinesis",
            endpoint_url=self.endpoint,
            config=Config(
                retries={"total_max_attempts": 1, "mode": "standard"},
                connect_timeout=config.connect_timeout_seconds,
                read_timeout=config.read_timeout_seconds,
                max_pool_connections=config.calls_in_flight + 1,
                parameter_validation=False,
            ),
        )

    def session(self) -> "Session":
        """Return the session by which AWS is called; a role's credentials are renewed as they expire.

        Raises:
            botocore.exceptions.BotoCoreError: there are no credentials, or there is no region.
        """
        from boto3.session import Session

        return Session(region_name=self.region, botocore_session=None if self.role is None else _assumed(self.role))


def _assumed(role: str) -> "CoreSession":
    from botocore.credentials import (
        AssumeRoleCredentialFetcher,
        CredentialProvider,
        CredentialResolver,
        DeferredRefreshableCredentials,
    )
    from botocore.exceptions import NoCredentialsError
    from botocore.session import Session as CoreSession

    source = CoreSession()
    credentials = source.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    fetcher = AssumeRoleCredentialFetcher(
        source.create_client, credentials, role, extra_args={"RoleSessionName": ROLE_SESSION}
    )

    class AssumedRole(CredentialProvider):
        METHOD = "assume-role"

        def load(self) -> DeferredRefreshableCredentials:
            return DeferredRefreshableCredentials(fetcher.fetch_credentials, self.METHOD)

    session = CoreSession()
    session.register_component("credential_provider", CredentialResolver([AssumedRole()]))
    return session
