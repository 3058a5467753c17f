"""The boto3 client for Kinesis: made for a producer, or passed in and looked at."""

import logging
from typing import TYPE_CHECKING, Any

from penstock.config import ProducerConfig
from penstock.errors import ConfigurationError

if TYPE_CHECKING:
    from boto3.session import Session
    from types_boto3_kinesis import KinesisClient

_logger = logging.getLogger("penstock")


def make_client(
    config: ProducerConfig, *, session: "Session | None" = None, region: str | None = None
) -> "KinesisClient":
    """Return a boto3 client that suits a producer.

    It never retries, since the core does and knows more: which records, how often, and when. It does not check
    parameters, since the core makes them by the rules.

    Args:
        config: for its timeouts and number of calls.
        session: whose credentials and region to use, none for boto3's default session.
        region: an AWS region that has precedence over the session's.

    Raises:
        ConfigurationError: if no region is configured.
    """
    import boto3  # here, since importing it takes longer than all of the SDK, and readers do not need it
    from botocore.config import Config
    from botocore.exceptions import NoRegionError

    try:
        return (session or boto3).client(
            "kinesis",
            region_name=region,
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
            "no AWS region is configured: set AWS_DEFAULT_REGION, name the stream by its ARN, or pass "
            "session=boto3.Session(region_name=...)"
        ) from error


def warn_of_retries(client: "KinesisClient") -> None:
    """Log a warning if a client that was passed in retries by itself, which multiplies with the producer's retries."""
    meta: Any = getattr(client, "meta", None)  # of a test's double, anything or nothing
    retries = getattr(getattr(meta, "config", None), "retries", None)
    # botocore counts the first try in total_max_attempts and, without it, tries 3 or 5 times by mode.
    if isinstance(retries, dict) and retries.get("total_max_attempts") != 1:
        _logger.warning(
            "the Kinesis client that was passed in retries failed calls by itself, up to %s attempts for each of the "
            "producer's; make it with botocore's Config(retries={'total_max_attempts': 1}), or pass session= instead",
            retries.get("total_max_attempts", "several"),
        )
