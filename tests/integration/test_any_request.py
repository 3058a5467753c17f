"""Whatever is asked, each route answers as ``openapi.json`` says, and never with a fault.

Schemathesis makes requests from the document, right and wrong ones, and compares each answer with it: status, media
type, shape. They go through the local gateway with the template's API to the function's handler, on simulated tables.
300 requests by default, in an order that is the same each time; ``API_CASES`` asks for more, as ``make soak`` does.
"""

import importlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance
from werkzeug.test import Client

from consumers.schedule import Schedule
from consumers.tables import Level
from consumers.trends.loading import bucket_items
from consumers.trends.retention import Retention
from consumers.trends.state import LevelsState
from consumers.trends.table import TrendsTable
from local.gateway.server import GatewayApplication
from local.template.resources import Api
from local.template.translation import Template
from simulation.event_source_mapping.invocation import Answered, InvocationResult
from tests.integration.lambda_surroundings import Context
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

CASES: Final = int(os.environ.get("API_CASES", "300"))
TEMPLATE: Final = Path(__file__).parents[2] / "template.yaml"
SCHEDULE: Final = '[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]'
NOW: Final = datetime(2026, 4, 29, 12, 34, 56, tzinfo=UTC)

URL: Final = "http://127.0.0.1:8080"
ACCEPTS: Final = (None, "*/*", "text/csv", "application/json;q=0.5, text/csv", "text/html", "nonsense")
HASHTAGS: Final = {
    "rivers": 9,
    "a/b": 8,
    "café": 7,
    "search": 6,
    "..": 5,
    "=1+1": 4,
    "a,b": 3,
    "👩‍🚀": 2,
    "\u202eevil": 1,
}

Operation = APIOperation[Any, Any, Any, Any]


class StandingDatetime(datetime):
    """A clock that stands, in the handler's place of the real one."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]  # noqa: ANN401 - as the base class has it; it says a datetime here
        return NOW.astimezone(tz)


def filled() -> SimulatedTables:
    """Two closed hours, half an open one, and a state that is seconds old."""
    tables = SimulatedTables()
    table, schedule = TrendsTable(tables.client(), TRENDS_TABLE), Schedule.parse(SCHEDULE)
    counts = {"hashtag": HASHTAGS, "kind": {"post": 45}, "lang": {"en": 40, "und": 5}, "platform": {"bluesky": 45}}
    noon = int(NOW.replace(minute=0, second=0).timestamp())
    starts = [(Level.HOUR, noon - 7_200), (Level.HOUR, noon - 3_600)]
    starts += [(Level.MINUTE, noon + 60 * minute) for minute in range(34)]
    for level, start in starts:
        for item in bucket_items(level, start, counts, schedule=schedule, retention=Retention.beyond(7)):
            table.put(item)
    table.create_state(LevelsState(noon, noon, 0, 0, int(NOW.timestamp() * 1_000)))
    return tables


@pytest.fixture(scope="module")
def api() -> Api:
    """The API of the template."""
    template = Template(TEMPLATE)
    _, attributes = template.data_template()
    api = template.resources({key: f"<{key[0]}>" for key in attributes.values()}).api
    assert api is not None
    return api


@pytest.fixture(scope="module")
def application(api: Api) -> Iterator[GatewayApplication]:
    """The API with the handler behind it, which nothing throttles."""
    variables = {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "TRENDS_TABLE": TRENDS_TABLE,
        "SCHEDULE": SCHEDULE,
        "POWERTOOLS_SERVICE_NAME": "reporting",
        "POWERTOOLS_METRICS_NAMESPACE": "Penstock",
    }
    tables = filled()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr(boto3, "client", lambda *_, **__: tables.client())
        patch.delitem(sys.modules, "reporting.handler", raising=False)
        handler = importlib.import_module("reporting.handler")
        patch.setattr(handler, "datetime", StandingDatetime)

        def invoke(_: str, event: bytes) -> InvocationResult:
            return Answered(json.dumps(handler.handler(json.loads(event), Context("reporting"))).encode())

        hours = count(step=3_600)
        yield GatewayApplication(api, invoke, None, lambda: NOW, seconds=lambda: float(next(hours)))
    del sys.modules["reporting.handler"]


@pytest.fixture(scope="module")
def operations(application: GatewayApplication) -> list[Operation]:
    """Every operation of the document."""
    document = Client(application).get("/openapi.json", base_url=URL).json
    assert document
    schema = schemathesis.openapi.from_dict(document)
    schema.app, schema.config.base_url = application, URL
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert {operation.path for operation in found} == set(document["paths"])
    return found


def test_the_gateway_has_the_routes_of_the_document_and_no_others(api: Api, operations: list[Operation]) -> None:
    assert {route.path for route in api.routes if route.method == "GET"} == {each.path for each in operations}


def test_any_request_is_answered_as_the_document_says(operations: list[Operation]) -> None:
    asked = [operation for operation in operations if operation.path_parameters or operation.query]
    for operation in operations:
        # Of a route without parameters there are no more requests than there are forms to ask for.
        ask_anything(operation, -(-CASES // len(asked)) if operation in asked else len(ACCEPTS))


def ask_anything(operation: Operation, cases: int) -> None:
    """Make requests of one route, right ones and wrong ones, and compare the answers with the document."""
    modes = list(GenerationMode) if operation.path_parameters or operation.query else [GenerationMode.POSITIVE]

    @settings(max_examples=cases, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data(), mode=st.sampled_from(modes), accept=st.sampled_from(ACCEPTS))
    def ask(data: st.DataObject, mode: GenerationMode, accept: str | None) -> None:
        case = data.draw(operation.as_strategy(mode))
        headers = {"Accept-Encoding": "identity"} | ({} if accept is None else {"Accept": accept})
        # The document can't say which cursors there are, or that a start is before an end: a 400 may be right.
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    ask()
