"""A REST API is read from its OpenAPI document: routes, who may call them, and what the gateway answers itself."""

from typing import Any

import pytest

from local.errors import TemplateError
from local.template.api import api_of
from local.template.resources import MockAnswer, Route, Throttling

PROXY = {"type": "aws_proxy", "uri": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:f/invocations"}
SCHEMES = {
    "Signed": {"x-amazon-apigateway-authtype": "awsSigv4"},
    "Users": {"x-amazon-apigateway-authtype": "cognito_user_pools"},
    "Custom": {"x-amazon-apigateway-authtype": "custom"},
}


def routes(operation: dict[str, Any], **body: Any) -> tuple[Route, ...]:  # noqa: ANN401 - members of the document
    found = {"Body": {"paths": {"/a/{b}": operation}, "components": {"securitySchemes": SCHEMES}, **body}}
    return api_of("api", found, {}, lambda name, _: {"arn:f": "Function"}[name]).routes


def proxy(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - members of an operation
    return {"x-amazon-apigateway-integration": PROXY, **members}


def test_a_route_ends_in_its_function() -> None:
    assert routes({"get": proxy(), "x-amazon-apigateway-any-method": proxy()}) == (
        Route("GET", "/a/{b}", "Function"),
        Route("ANY", "/a/{b}", "Function"),
    )


@pytest.mark.parametrize(
    ("security", "authorization", "scopes"),
    [
        ([], "NONE", ()),
        ([{"Signed": []}], "AWS_IAM", ()),
        ([{"Users": []}], "COGNITO_USER_POOLS", ()),
        ([{"Users": ["a/read", "a/write"]}], "COGNITO_USER_POOLS", ("a/read", "a/write")),
    ],
)
def test_a_route_says_who_may_call_it(security: list[Any], authorization: str, scopes: tuple[str, ...]) -> None:
    (route,) = routes({"get": proxy(security=security)})
    assert (route.authorization, route.scopes) == (authorization, scopes)


def test_an_authorizer_that_is_not_known_is_named() -> None:
    with pytest.raises(TemplateError, match=r"GET /a/\{b\}: the local gateway knows .* authorizers, not custom"):
        routes({"get": proxy(security=[{"Custom": []}])})


def test_an_integration_that_is_not_known_is_named() -> None:
    with pytest.raises(TemplateError, match=r"GET /a/\{b\}: the local gateway knows .* integrations, not http"):
        routes({"get": {"x-amazon-apigateway-integration": {"type": "http"}}})


@pytest.mark.parametrize(("validator", "required"), [("all", ("x",)), ("none", ()), (None, ())])
def test_parameters_are_required_where_a_validator_looks_at_them(
    validator: str | None, required: tuple[str, ...]
) -> None:
    parameters = [
        {"name": "x", "in": "query", "required": True},
        {"name": "y", "in": "query"},
        {"name": "b", "in": "path", "required": True},
    ]
    validators = {"all": {"validateRequestParameters": True}, "none": {"validateRequestParameters": False}}
    members = {} if validator is None else {"x-amazon-apigateway-request-validator": validator}
    body = {"x-amazon-apigateway-request-validators": validators}
    (route,) = routes({"get": proxy(parameters=parameters, **members)}, **body)
    assert route.required == required


def test_a_mock_answers_by_itself() -> None:
    default = {
        "statusCode": "204",
        "responseParameters": {"method.response.header.Access-Control-Max-Age": "'600'"},
        "responseTemplates": {"application/json": "{}"},
    }
    (route,) = routes(
        {"options": {"x-amazon-apigateway-integration": {"type": "mock", "responses": {"default": default}}}}
    )
    assert route.integration == MockAnswer(204, {"Access-Control-Max-Age": "600"}, "{}")


def test_a_stage_says_how_many_requests_it_takes() -> None:
    setting = {"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": "5", "ThrottlingBurstLimit": "7"}
    stage = {"StageName": "live", "MethodSettings": [{"ResourcePath": "/a", "HttpMethod": "GET"}, setting]}
    api = api_of("api", {"Body": {}, "MinimumCompressionSize": "9"}, stage, lambda name, _: name)
    assert (api.stage, api.throttling, api.minimum_compression) == ("live", Throttling(rate=5, burst=7), 9)
    assert api_of("api", {"Body": {}}, {}, lambda name, _: name).throttling is None
