"""Reads a REST API from its OpenAPI document, with API Gateway's extensions, and from its stage.

Source: "OpenAPI extensions for API Gateway", Amazon API Gateway Developer Guide.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from local.errors import TemplateError
from local.template.intrinsics import Json
from local.template.resources import Api, GatewayResponse, MockAnswer, Route, Throttling

Named = Callable[[str, str], str]
"""Returns the logical id of a function by its name or ARN; the second argument says where it was found."""

_METHOD_HEADER: Final = "method.response.header."
_GATEWAY_HEADER: Final = "gatewayresponse.header."


class _Security(NamedTuple):
    authorization: Literal["NONE", "AWS_IAM", "COGNITO_USER_POOLS"]
    scopes: tuple[str, ...]


_OPEN: Final = _Security("NONE", ())


def api_of(api_id: str, found: Mapping[str, Json], stage: Mapping[str, Json], function: Named) -> Api:
    """Return the API that a RestApi's and a Stage's properties describe.

    Raises:
        TemplateError: it has a part that the local gateway does not know.
    """
    body = found["Body"]
    minimum = found.get("MinimumCompressionSize")
    return Api(
        api_id=api_id,
        stage=stage.get("StageName", ""),
        routes=tuple(_routes(body, function)),
        responses={
            kind: _gateway_response(response)
            for kind, response in body.get("x-amazon-apigateway-gateway-responses", {}).items()
        },
        throttling=_throttling(stage),
        minimum_compression=None if minimum is None else int(minimum),
    )


def _routes(body: Mapping[str, Json], function: Named) -> Iterator[Route]:
    schemes = body.get("components", {}).get("securitySchemes", {}) | body.get("securityDefinitions", {})
    validators = body.get("x-amazon-apigateway-request-validators", {})
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items():
            where = f"{method.upper()} {path}"
            integration = operation.get("x-amazon-apigateway-integration", {})
            security = _security(operation.get("security", []), schemes, where)
            validator = validators.get(operation.get("x-amazon-apigateway-request-validator"), {})
            yield Route(
                method="ANY" if method == "x-amazon-apigateway-any-method" else method.upper(),
                path=path,
                integration=_integration(integration, function, where),
                authorization=security.authorization,
                scopes=security.scopes,
                required=_required(operation) if validator.get("validateRequestParameters") else (),
            )


def _integration(integration: Mapping[str, Json], function: Named, where: str) -> str | MockAnswer:
    match kind := integration.get("type"):
        case "mock":
            return _mock(integration)
        case "aws_proxy":
            return function(re.sub(r"^.*/functions/|/invocations$", "", integration["uri"]), where)
    raise TemplateError(f"{where}: the local gateway knows aws_proxy and mock integrations, not {kind}")


def _mock(integration: Mapping[str, Json]) -> MockAnswer:
    default = integration["responses"]["default"]
    return MockAnswer(
        status=int(default["statusCode"]),
        headers={
            name.removeprefix(_METHOD_HEADER): value.strip("'")
            for name, value in default.get("responseParameters", {}).items()
        },
        body=default.get("responseTemplates", {}).get("application/json", ""),
    )


def _security(required: list[Mapping[str, list[str]]], schemes: Mapping[str, Json], where: str) -> _Security:
    if not required:
        return _OPEN
    if any("x-amazon-apigateway-authtype" not in schemes[name] for name in required[0]):
        raise TemplateError(f"{where}: the local gateway checks no API keys; run it without (ApiKeys=false)")
    ((name, scopes),) = required[0].items()
    match kind := schemes[name].get("x-amazon-apigateway-authtype"):
        case "awsSigv4":
            return _Security("AWS_IAM", ())
        case "cognito_user_pools":
            return _Security("COGNITO_USER_POOLS", tuple(scopes))
    raise TemplateError(f"{where}: the local gateway knows awsSigv4 and cognito_user_pools authorizers, not {kind}")


def _required(operation: Mapping[str, Json]) -> tuple[str, ...]:
    parameters = operation.get("parameters", [])
    return tuple(each["name"] for each in parameters if each["in"] == "query" and each.get("required"))


def _gateway_response(response: Mapping[str, Json]) -> GatewayResponse:
    content_type, body = next(iter(response.get("responseTemplates", {}).items()), ("application/json", ""))
    status = response.get("statusCode")
    return GatewayResponse(
        status=None if status is None else int(status),
        headers={
            "Content-Type": f"'{content_type}'",
            **{
                name.removeprefix(_GATEWAY_HEADER): value
                for name, value in response.get("responseParameters", {}).items()
            },
        },
        body=body,
    )


def _throttling(stage: Mapping[str, Json]) -> Throttling | None:
    for setting in stage.get("MethodSettings", []):
        if (setting.get("ResourcePath"), setting.get("HttpMethod")) == ("/*", "*") and "ThrottlingRateLimit" in setting:
            return Throttling(float(setting["ThrottlingRateLimit"]), float(setting["ThrottlingBurstLimit"]))
    return None
