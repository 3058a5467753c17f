"""How functions call AWS: timeouts and retries reviewed and set rather than left to defaults."""

from typing import Final

from botocore import __version__ as botocore_version
from botocore.config import Config

CONNECT_SECONDS: Final = 1.0


def call_config(*, calls_at_once: int, read_seconds: float, attempts: int = 4) -> Config:
    """Return the configuration of a client.

    Args:
        calls_at_once: Connections kept, one a thread.
        read_seconds: A healthy call takes 10 ms, a query of an hour of minutes 100. What takes seconds is a dead
            connection, and better tried again.
        attempts: The first call and its repetitions, which wait up to 25 ms x 2^n for transient errors of DynamoDB, up
            to 1 s x 2^n for throttling, and do not happen at all while most calls fail (botocore,
            ``retries.standard``). Boto3's default for DynamoDB, ten attempts in legacy mode, can outlast the
            invocation; the longer retry of a consumer is Lambda's redelivery of the batch.
    """
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=calls_at_once,
        tcp_keepalive=True,
        # Requests are built by code that the type checker and the tests hold; checking them again is an eighth of
        # a call.
        parameter_validation=False,
        # Botocore puts its own together from sixteen parts twice a call, which is a quarter of the call.
        user_agent=f"penstock Botocore/{botocore_version}",
    )
