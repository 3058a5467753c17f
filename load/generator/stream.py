"""Where the generator's events go: a description that another process can be given."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from load.generator.stubbed_stream import StubbedStream
from penstock.config import ProducerConfig

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """A stream, and how to reach it.

    Attributes:
        stream: its name.
        endpoint: of the local stack's services; none for AWS's own.
        region, profile: on AWS; none for those of the environment.
        shards: not none for a stubbed stream of so many shards, in the process that asks.
    """

    stream: str
    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None
    shards: int | None = None

    def client(self, config: ProducerConfig) -> "KinesisClient":
        """Return a client that suits a producer.

        Raises:
            botocore.exceptions.BotoCoreError: there is no such profile, or no region.
        """
        if self.shards is not None:
            return cast("KinesisClient", StubbedStream(self.shards))
        if self.endpoint is None:
            from boto3.session import Session

            from penstock.kinesis_client import make_client

            return make_client(config, session=Session(profile_name=self.profile, region_name=self.region))
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
