"""What the local stack runs of a template: plain values, every reference resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Function:
    """An AWS::Lambda::Function."""

    logical_id: str
    name: str
    arn: str
    role_arn: str
    handler: str
    runtime: str
    memory_megabytes: int
    timeout_seconds: int
    environment: Mapping[str, str]
    reserved_concurrency: int | None
    log_group: str
    log_format: str
    """``JSON`` or ``Text``."""
    code: Path
    """The folder its code is loaded from: what the template's CodeUri says."""


@dataclass(frozen=True, slots=True)
class EventSourceMapping:
    """An AWS::Lambda::EventSourceMapping."""

    logical_id: str
    function: str
    """Logical id of the function."""
    properties: Mapping[str, Any]
    """The resource's own properties."""


@dataclass(frozen=True, slots=True)
class MockAnswer:
    """What a mock integration answers."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path of a REST API, and what answers it: a function, or the gateway itself."""

    method: str
    """``GET`` and so on, or ``ANY``."""
    path: str
    """As API Gateway writes it, like ``/v1/trends/{dimension}`` or ``/{proxy+}``."""
    integration: str | MockAnswer
    """Logical id of the function."""
    authorization: Literal["NONE", "AWS_IAM", "COGNITO_USER_POOLS"] = "NONE"
    scopes: tuple[str, ...] = ()
    """Any one of which an access token must have; without, an ID token is asked for."""
    required: tuple[str, ...] = ()
    """Query parameters that the gateway's request validator wants."""


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """What API Gateway answers by itself for one kind of fault."""

    status: int | None
    """None leaves it as it is."""
    headers: Mapping[str, str]
    """As mapping expressions: text in single quotes, or ``context.requestId``."""
    body: str
    """A template in which ``$context.requestId`` and the like are replaced."""


@dataclass(frozen=True, slots=True)
class Throttling:
    """How many requests each of a stage's methods takes."""

    rate: float
    """A second, on average."""
    burst: float
    """At once."""


@dataclass(frozen=True, slots=True)
class Api:
    """An AWS::ApiGateway::RestApi with its stage."""

    api_id: str
    stage: str
    routes: tuple[Route, ...]
    responses: Mapping[str, GatewayResponse]
    """By response type, like ``MISSING_AUTHENTICATION_TOKEN``; types the template leaves alone are missing."""
    throttling: Throttling | None = None
    minimum_compression: int | None = None
    """Size in bytes from which answers are compressed; None never."""


@dataclass(frozen=True, slots=True)
class AppClient:
    """An AWS::Cognito::UserPoolClient."""

    client_id: str
    callbacks: tuple[str, ...]
    """Where sign-in may return to."""
    logouts: tuple[str, ...]
    scopes: tuple[str, ...]
    access_seconds: int
    """How long an access token is valid."""
    refresh_seconds: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """An AWS::Events::Rule that invokes a function at a rate."""

    logical_id: str
    arn: str
    function: str
    """Logical id of the function."""
    seconds: int
    event: str | None
    """The event as JSON, where the rule's target gives one of its own."""


@dataclass(frozen=True, slots=True)
class StackResources:
    """All of a template that runs locally, besides the data resources that moto holds."""

    functions: Mapping[str, Function]
    """By logical id."""
    mappings: tuple[EventSourceMapping, ...]
    api: Api | None
    schedules: tuple[Schedule, ...]
    client: AppClient | None
    """The app client by which users sign in, where the template has one."""
    outputs: Mapping[str, str]
