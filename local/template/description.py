"""Reads functions, mappings, the API and schedules from a translated template's resources."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from local.errors import TemplateError
from local.services.session import ACCOUNT, REGION
from local.template.api import api_of
from local.template.intrinsics import Intrinsics, Json, as_text
from local.template.resources import (
    Api,
    AppClient,
    EventSourceMapping,
    Function,
    Schedule,
    StackResources,
)

STACK_NAME: Final = "penstock"
LIVE: Final = "live"
"""The alias of the version that events, schedules and the API invoke."""

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
_VALIDITIES: Final = {"AccessTokenValidity": ("AccessToken", 1), "RefreshTokenValidity": ("RefreshToken", 720)}
"""Which unit goes with each, and Cognito's default in hours."""
_UNIT_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


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
        by_name = {
            name: each.logical_id
            for each in functions.values()
            for name in (each.name, each.arn, alias_arn(each.logical_id, LIVE))
        }
        return StackResources(
            functions=functions,
            mappings=tuple(
                EventSourceMapping(logical_id, _known(by_name, found["FunctionName"], logical_id), found)
                for logical_id, found in self._of("AWS::Lambda::EventSourceMapping")
            ),
            api=self._api(by_name),
            schedules=tuple(self._schedules(by_name)),
            client=self._client(),
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
        apis = list(self._of("AWS::ApiGateway::RestApi", "Body", "MinimumCompressionSize"))
        if not apis:
            return None
        if len(apis) > 1:
            raise TemplateError(f"the template has {len(apis)} REST APIs; the local gateway serves one")
        (logical_id, found), *_ = apis
        stages = [
            stage
            for _, stage in self._of("AWS::ApiGateway::Stage", "StageName", "RestApiId", "MethodSettings")
            if stage["RestApiId"] == physical_name(logical_id)
        ]
        return api_of(
            physical_name(logical_id),
            found,
            stages[0] if stages else {},
            lambda name, where: _known(functions, name, where),
        )

    def _client(self) -> AppClient | None:
        names = ("AllowedOAuthScopes", "CallbackURLs", "LogoutURLs", "TokenValidityUnits", *_VALIDITIES)
        clients = list(self._of("AWS::Cognito::UserPoolClient", *names))
        if not clients:
            return None
        if len(clients) > 1:
            raise TemplateError(f"the template has {len(clients)} app clients; the local sign-in serves one")
        (logical_id, found), *_ = clients
        access, refresh = (
            int(found.get(name, hours))
            * _UNIT_SECONDS[found.get("TokenValidityUnits", {}).get(unit, "hours").rstrip("s")]
            for name, (unit, hours) in _VALIDITIES.items()
        )
        return AppClient(
            client_id=physical_name(logical_id),
            callbacks=tuple(found.get("CallbackURLs", [])),
            logouts=tuple(found.get("LogoutURLs", [])),
            scopes=tuple(found.get("AllowedOAuthScopes", [])),
            access_seconds=access,
            refresh_seconds=refresh,
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


def _known(functions: Mapping[str, str], name: str, where: str) -> str:
    if name not in functions:
        raise TemplateError(f"{where} names the function {name}, which is not in the template")
    return functions[name]


def physical_name(logical_id: str) -> str:
    """Return the name of a resource that the template leaves unnamed."""
    return f"{STACK_NAME}-{logical_id}"


def alias_arn(logical_id: str, alias: str) -> str:
    """Return the ARN of a function's alias, which invokes the function itself: here there is one version of it."""
    return f"{function_arn(logical_id)}:{alias}"


def function_arn(logical_id: str) -> str:
    """Return a function's ARN."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{physical_name(logical_id)}"
