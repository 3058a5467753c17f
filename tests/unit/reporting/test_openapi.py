"""The OpenAPI document says of every route what the code says, and the written description agrees."""

import inspect
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from aws_lambda_powertools import Logger
from openapi_spec_validator import validate
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from consumers.counts import DIMENSIONS
from consumers.schedule import Schedule
from consumers.tables import Level, TrendKey
from consumers.trends.hidden import Hidden
from consumers.trends.item import BucketItem
from consumers.trends.state import LevelsState
from reporting import answers, openapi
from reporting.plan import Closed
from reporting.queries import Queries
from reporting.ranking import Sort
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.routes import build
from reporting.windows import Window
from tests.unit.reporting.queries.shelf import Shelf

ROUTES = {
    "/v1/trends/{dimension}": ("Trends", {"dimension", "window", "sort", "limit", "cursor", "end"}),
    "/v1/trends/{dimension}/search": ("Search", {"dimension", "prefix", "limit"}),
    "/v1/trends/{dimension}/{value}/series": ("Series", {"dimension", "value", "granularity", "start", "end"}),
    "/v1/trends/{dimension}/{value}": ("ValueAnswer", {"dimension", "value"}),
    "/v1/compare/{dimension}": ("Comparison", {"dimension", "values", "granularity", "start", "end"}),
    "/v1/summary": ("Summary", {"window", "end"}),
    "/v1/health": ("Health", set[str]()),
    "/openapi.json": (None, set[str]()),
    "/docs": (None, set[str]()),
}

FORMS = {
    "/v1/trends/{dimension}": {"application/json", "text/csv"},
    "/v1/trends/{dimension}/{value}/series": {"application/json", "text/csv"},
    "/v1/compare/{dimension}": {"application/json", "text/csv"},
    "/docs": {"text/html"},
}

DESCRIPTION = Path(__file__).parents[3] / "docs" / "reporting-api.md"


class EmptyTable:
    """A table without items."""

    def state(self, *, consistent: bool = True) -> LevelsState | None:
        del consistent
        return None

    def hidden(self) -> Hidden:
        return dict.fromkeys(DIMENSIONS, frozenset())

    def find(self, prefix: str, end: int) -> None:
        """Search no index."""

    def query(self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False) -> list[BucketItem]:
        del level, bucket, start, end, consistent
        return []

    def item(self, key: TrendKey) -> None:
        del key


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    schedule = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]')
    with ThreadPoolExecutor(1) as pool:
        reader = TrendsReader(EmptyTable(), schedule, pool, print)
        queries = Queries(
            reader, EmptyTable(), Shelf([], Closed()), RecentRankings(lambda: 0.0), lambda: datetime.now(UTC)
        )
        return openapi.document(build(queries, Logger(service="reporting")))


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1.")


def test_every_route_is_described_with_its_parameters(document: dict[str, Any]) -> None:
    described = {
        path: {parameter["name"] for parameter in operations["get"].get("parameters", [])}
        for path, operations in document["paths"].items()
    }
    assert described == {path: parameters for path, (_, parameters) in ROUTES.items()}
    assert all(set(operations) == {"get"} for operations in document["paths"].values())


def test_every_route_answers_with_its_model_and_fails_with_problems(document: dict[str, Any]) -> None:
    for path, (model, _) in ROUTES.items():
        responses = document["paths"][path]["get"]["responses"]
        content = responses.pop("200")["content"]
        assert set(content) == FORMS.get(path, {"application/json"})
        if model:
            assert content["application/json"]["schema"] == {"$ref": f"#/components/schemas/{model}"}
        assert "content" not in responses.pop("304")
        always = {"400", "401", "403", "406", "429", "500", "503"}
        assert set(responses) == always | ({"404"} if "{dimension}" in path else set())
        for response in responses.values():
            problem = response["content"]["application/problem+json"]["schema"]
            assert problem == {"$ref": "#/components/schemas/Problem"}


def test_every_answers_model_is_described(document: dict[str, Any]) -> None:
    models = [
        model
        for name, model in inspect.getmembers(answers, inspect.isclass)
        if issubclass(model, BaseModel) and model.__module__ == answers.__name__ and not name.startswith("_")
    ]
    _, schemas = models_json_schema([(model, "serialization") for model in models], by_alias=True)
    assert set(document["components"]["schemas"]) == set(schemas["$defs"])
    for name, schema in schemas["$defs"].items():
        assert set(document["components"]["schemas"][name]["properties"]) == set(schema["properties"])


def test_parameters_have_the_choices_of_the_code(document: dict[str, Any]) -> None:
    choices = {
        parameter["name"]: parameter["schema"]["enum"]
        for operations in document["paths"].values()
        for parameter in operations["get"].get("parameters", [])
        if "enum" in parameter["schema"]
    }
    assert choices == {
        "dimension": list(DIMENSIONS),
        "window": list(Window),
        "sort": list(Sort),
        "granularity": list(Level),
    }
    assert get_args(answers.Dimension) == DIMENSIONS


def test_the_written_description_has_every_route_parameter_and_field(document: dict[str, Any]) -> None:
    text = DESCRIPTION.read_text(encoding="utf-8")
    for path, (_, parameters) in ROUTES.items():
        query = "&".join(f"{name}=" for name in _in_order(document, path) if f"{{{name}}}" not in path)
        assert f"GET {path}{'?' if query else ''}{query}" in text
        assert all(re.search(rf"\b{name}\b", text) for name in parameters)
    for schema in document["components"]["schemas"].values():
        for name in schema["properties"]:
            assert re.search(rf"[`\"]{name}[`\"]", text), f"{schema['title']}.{name} is not described"


def _in_order(document: dict[str, Any], path: str) -> list[str]:
    return [parameter["name"] for parameter in document["paths"][path]["get"].get("parameters", [])]
