"""What a producer of either kind is made of: from the arguments of its constructor to the parts that a shell drives."""

import os
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.config import ProducerConfig, ProducerOptions
from penstock.delivery.core import Delivery
from penstock.environment import config_from_environment
from penstock.failure_log import FailureLog
from penstock.kinesis_client import make_client
from penstock.stream_client import StreamClient

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """The parts of a producer, whichever shell drives them. Times are those of ``time.monotonic``.

    Attributes:
        stream: name or ARN of the stream.
        config: the options.
        client: makes the core's calls.
        delivery: the core.
        failure_log: takes note of the answers.
    """

    stream: str
    config: ProducerConfig
    client: StreamClient
    delivery: Delivery
    failure_log: FailureLog


def set_up(
    stream: str, *, client: "KinesisClient | None", config: ProducerConfig | None, options: ProducerOptions
) -> Setup:
    """Return the parts of a producer; see `Producer` for the arguments and what is raised."""
    config = (config or config_from_environment(os.environ)).with_options(options)
    return Setup(
        stream=stream,
        config=config,
        client=StreamClient(client or make_client(config), stream),
        delivery=Delivery(config, random=random.random, epoch=time.time() - time.monotonic()),
        failure_log=FailureLog(stream, time.monotonic),
    )
