"""The boto3 client for Kinesis that a producer makes when none is passed in."""

from typing import TYPE_CHECKING

from penstock.config import ProducerConfig
from penstock.errors import ConfigurationError

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


def make_client(config: ProducerConfig) -> "KinesisClient":
    """Return a boto3 client that suits a producer.

    It never retries, since the core does and knows more: which records, how often, and when. It does not check
    parameters, since the core makes them by the rules.

    Raises:
        ConfigurationError: if no region is configured.
    """
    import boto3  # here, since importing it takes longer than all of the SDK, and readers do not need it
    from botocore.config import Config
    from botocore.exceptions import NoRegionError

    try:
        return boto3.client(
            "kinesis",
            config=Config(
                retries={"total_max_attempts": 1, "mode": "standard"},
                connect_timeout=config.connect_timeout_seconds,
                read_timeout=config.read_timeout_seconds,
                tcp_keepalive=True,
                max_pool_connections=config.calls_in_flight + 1,
                parameter_validation=False,
                user_agent_extra="penstock",
            ),
        )
    except NoRegionError as error:
        raise ConfigurationError(
            "no AWS region is configured: set AWS_REGION, or pass client=boto3.client('kinesis', ...)"
        ) from error
