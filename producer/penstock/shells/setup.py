"""What a producer of either kind is made of: from the arguments of its constructor to the parts that a shell drives."""

import os
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.config import ProducerConfig, ProducerOptions
from penstock.delivery.core import Delivery
from penstock.environment import config_from_environment
from penstock.errors import ConfigurationError
from penstock.failure_log import FailureLog
from penstock.kinesis_client import make_client, warn_of_retries
from penstock.shells.termination import termination
from penstock.spool.opening import open_delivery
from penstock.stream_client import StreamClient
from penstock.stream_name import check_stream_name, name_of, region_of

if TYPE_CHECKING:
    from boto3.session import Session
    from types_boto3_kinesis import KinesisClient

    from penstock.metrics import Exporter


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """The parts of a producer, whichever shell drives them. Times are those of ``time.monotonic``.

    Attributes:
        stream: name or ARN of the stream.
        config: the options.
        client: makes the core's calls.
        delivery: the core.
        failure_log: takes note of the answers.
        exporter: is given the statistics from time to time, none if nobody is.
    """

    stream: str
    config: ProducerConfig
    client: StreamClient
    delivery: Delivery
    failure_log: FailureLog
    exporter: "Exporter | None"


def set_up(
    stream: str,
    *,
    client: "KinesisClient | None",
    session: "Session | None",
    metrics: "Exporter | None",
    config: ProducerConfig | None,
    options: ProducerOptions,
) -> Setup:
    """Return the parts of a producer; see `Producer` for the arguments and what is raised."""
    check_stream_name(stream)
    _check_kinds(client=client, session=session, metrics=metrics, config=config)
    if client is not None and session is not None:
        raise ConfigurationError("pass client= or session=, not both: a session is there to make the client from")
    config = (config or config_from_environment(os.environ)).with_options(options)
    if config.drain_on_sigterm:
        termination.take_over()
    if client is None:
        client = make_client(config, session=session, region=region_of(stream))
    else:
        warn_of_retries(client)
    delivery = open_delivery(stream, config, random=random.random, epoch=time.time() - time.monotonic())
    if metrics is not None:
        # The last that can fail, since it cannot be undone: an exporter belongs to one producer.
        try:
            metrics.begin(name_of(stream))
        except BaseException:
            delivery.abandon()  # so that its spool can be opened again
            raise
    return Setup(
        stream=stream,
        config=config,
        client=StreamClient(client, stream),
        delivery=delivery,
        failure_log=FailureLog(stream, time.monotonic),
        exporter=metrics,
    )


_NEEDED: Final = {"client": "put_records", "session": "client", "metrics": "begin"}


def _check_kinds(*, config: object, **others: object) -> None:
    if config is not None and not isinstance(config, ProducerConfig):
        raise ConfigurationError(f"config= is a ProducerConfig, not {config!r:.60}; single options go by their names")
    for argument, value in others.items():
        if value is not None and not hasattr(value, _NEEDED[argument]):
            raise ConfigurationError(f"{value!r:.60} cannot be the {argument}=: it has no {_NEEDED[argument]}")
