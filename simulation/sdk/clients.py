"""Boto3's clients, made as the product makes them, whose requests are carried to simulated services."""

from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from simulation.sdk.answers import answer, error
from simulation.sdk.requests import read_request

Carry = Callable[[str, dict[str, Any]], Any]
"""Makes a call of an operation, by the name of boto3's method, with its parameters; returns the answer, or raises what
a client would raise that does not retry."""


@cache
def session() -> boto3.Session:
    """Return the session of all clients: reading the models of services is what costs most."""
    return boto3.Session(aws_access_key_id="simulated", aws_secret_access_key="simulated", region_name="eu-west-1")  # noqa: S106 - nobody asks for it


def client_of(service: str, config: Config, carry: Carry) -> Any:  # noqa: ANN401 - a boto3 client
    """Return a boto3 client of a service, what it sends carried out by `carry`."""
    make: Any = session()
    return connect(make.client(service, config=config), carry)


def connect(client: Any, carry: Carry) -> Any:  # noqa: ANN401 - a boto3 client
    """Have what a boto3 client sends carried out by `carry`, each of its attempts; return the client."""
    model = client.meta.service_model

    def send(request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        operation = model.operation_model(event_name.rpartition(".")[2])
        try:
            output = carry(xform_name(operation.name), read_request(request, operation))
        except ClientError as raised:
            return error(request.url, operation, raised)
        return answer(request.url, operation, output)

    client.meta.events.register("before-send", send)
    return client
