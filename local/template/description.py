"""Reads functions, mappings, the API and schedules from a translated template's resources."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from local.errors import TemplateError
from local.services.session import ACCOUNT, REGION
from local.template.intrinsics import Intrinsics, Json, as_text
from local.template.resources import (
    Api,
    EventSourceMapping,
    Function,
    GatewayResponse,
    Route,
    Schedule,
    StackResources,
)

STACK_NAME: Final = "penstock"

_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_FUNCTION_PROPERTIES: Final = (
    "Environment",
    "Handler",
    "LoggingConfig",
    "MemorySize",
    "ReservedConcurrentExecutions",
    "Role",
    "Runtime",
    "Timeout",
)
_UNIT_SECONDS: Final = {"minute": 60, "hour": 3_600, "day": 86_400}


class Description:
    """Builds `StackResources` from a translated template's resources."""

    def __init__(
        self,
        resources: Mapping[str, Json],
        intrinsics: Intrinsics,
        code: Mapping[str, Path],
        outputs: Mapping[str, Json],
    ) -> None:
        self._resources = resources
        self._intrinsics = intrinsics
        self._code = code
        self._outputs = outputs

    def whole(self) -> StackResources:
        functions = {
            logical_id: self._function(logical_id, found)
            for logical_id, found in self._of("AWS::Lambda::Function", *_FUNCTION_PROPERTIES)
        }
        by_name = {name: each.logical_id for each in functions.values() for name in (each.name, each.arn)}
        return StackResources(
            functions=functions,
            mappings=tuple(
                EventSourceMapping(logical_id, _known(by_name, found["FunctionName"], logical_id), found)
                for logical_id, found in self._of("AWS::Lambda::EventSourceMapping")
            ),
            api=self._api(by_name),
            schedules=tuple(self._schedules(by_name)),
            outputs={
                name: str(self._intrinsics.resolve(output["Value"]))
                for name, output in self._outputs.items()
                if "Condition" not in output or self._intrinsics.holds(output["Condition"])
            },
        )

    def _of(self, kind: str, *names: str) -> Iterator[tuple[str, Json]]:
        """Yield the resources of a type with those properties resolved; with all of them where none is named.

        The others may refer to what does not exist on one machine, like a role.
        """
        for logical_id, resource in self._resources.items():
            if resource["Type"] == kind:
                properties = resource.get("Properties", {})
                wanted = {name: properties[name] for name in names or properties if name in properties}
                yield logical_id, self._intrinsics.resolve(wanted)

    def _function(self, logical_id: str, found: Json) -> Function:
        logging_config = found.get("LoggingConfig", {})
        reserved = found.get("ReservedConcurrentExecutions")
        name = physical_name(logical_id)
        return Function(
            logical_id=logical_id,
            name=name,
            arn=function_arn(logical_id),
            role_arn=found["Role"],
            handler=found["Handler"],
            runtime=found["Runtime"],
            memory_megabytes=int(found.get("MemorySize", 128)),
            timeout_seconds=int(found.get("Timeout", 3)),
            environment={
                key: as_text(value) for key, value in found.get("Environment", {}).get("Variables", {}).items()
            },
            reserved_concurrency=None if reserved is None else int(reserved),
            log_group=logging_config.get("LogGroup", f"/aws/lambda/{name}"),
            log_format=logging_config.get("LogFormat", "Text"),
            code=self._code[logical_id],
        )

    def _api(self, functions: Mapping[str, str]) -> Api | None:
        apis = list(self._of("AWS::ApiGateway::RestApi", "Body"))
        if not apis:
            return None
        if len(apis) > 1:
            raise TemplateError(f"the template has {len(apis)} REST APIs; the local gateway serves one")
        (logical_id, found), *_ = apis
        body = found["Body"]
        stages = [
            stage["StageName"]
            for _, stage in self._of("AWS::ApiGateway::Stage", "StageName", "RestApiId")
            if stage["RestApiId"] == physical_name(logical_id)
        ]
        return Api(
            api_id=physical_name(logical_id),
            stage=stages[0] if stages else "",
            routes=tuple(_routes(body.get("paths", {}), functions)),
            responses={
                kind: _gateway_response(kind, response)
                for kind, response in body.get("x-amazon-apigateway-gateway-responses", {}).items()
            },
        )

    def _schedules(self, functions: Mapping[str, str]) -> Iterator[Schedule]:
        for logical_id, found in self._of("AWS::Events::Rule", "State", "ScheduleExpression", "Targets"):
            if found.get("State", "ENABLED") != "ENABLED":
                continue
            expression = found.get("ScheduleExpression", "")
            rate = _RATE.fullmatch(expression)
            if rate is None:
                raise TemplateError(f"{logical_id}: the local stack runs rate expressions, not {expression!r}")
            for target in found["Targets"]:
                yield Schedule(
                    logical_id=logical_id,
                    arn=f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{physical_name(logical_id)}",
                    function=_known(functions, target["Arn"], logical_id),
                    seconds=int(rate[1]) * _UNIT_SECONDS[rate[2]],
                    event=target.get("Input"),
                )


def _routes(paths: Mapping[str, Json], functions: Mapping[str, str]) -> Iterator[Route]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            integration = operation.get("x-amazon-apigateway-integration", {})
            kind = integration.get("type")
            if kind != "aws_proxy":
                raise TemplateError(
                    f"{method.upper()} {path}: the local gateway knows aws_proxy integrations, not {kind}"
                )
            arn = re.sub(r"^.*/functions/|/invocations$", "", integration["uri"])
            name = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            yield Route(name, path, _known(functions, arn, path))


def _gateway_response(kind: str, response: Mapping[str, Json]) -> GatewayResponse:
    headers = response.get("responseParameters", {})
    content_type, body = next(iter(response.get("responseTemplates", {}).items()), ("application/json", ""))
    given = headers.get("gatewayresponse.header.Content-Type")
    return GatewayResponse(
        status=int(response.get("statusCode", 403 if kind == "MISSING_AUTHENTICATION_TOKEN" else 500)),
        content_type=given.strip("'") if given else content_type,
        body=body,
    )


def _known(functions: Mapping[str, str], name: str, where: str) -> str:
    if name not in functions:
        raise TemplateError(f"{where} names the function {name}, which is not in the template")
    return functions[name]


def physical_name(logical_id: str) -> str:
    """Return the name of a resource that the template leaves unnamed."""
    return f"{STACK_NAME}-{logical_id}"


def function_arn(logical_id: str) -> str:
    """Return a function's ARN."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{physical_name(logical_id)}"
