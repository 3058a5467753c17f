"""A user pool for tests: a client, a clock that stands, and tokens."""

from datetime import UTC, datetime, timedelta

from local.gateway.tokens import Tokens, User
from local.template.resources import AppClient

ISSUER = "http://127.0.0.1:8080"
CLIENT = AppClient(
    client_id="dashboard",
    callbacks=(f"{ISSUER}/",),
    logouts=(f"{ISSUER}/",),
    scopes=("openid", "penstock/read"),
    access_seconds=3_600,
    refresh_seconds=43_200,
)
NOON = datetime(2026, 4, 29, 12, tzinfo=UTC)


class StandingClock:
    """Tells one time until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


TOKENS = Tokens(ISSUER, CLIENT, lambda: NOON)
"""One for all tests, since making a key takes a moment."""
USER = User("ann@example.com", "7b0c", int(NOON.timestamp()))
