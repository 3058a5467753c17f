"""The template as the local stack sees it: translated by AWS's own SAM translator, resolved to plain values.

Nothing about the stack is written a second time: functions, batch sizes, routes, schedules and names all come
from here. Data resources (streams, tables, buckets, …) are left to moto's CloudFormation; what moto names them
comes back as attributes, from which everything else is resolved.
"""

import copy
import logging
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.errors import TemplateError
from local.services.session import ACCOUNT, REGION, local_session
from local.template.description import STACK_NAME, Description, alias_arn, function_arn, physical_name
from local.template.intrinsics import Intrinsics, Json, parameter_values
from local.template.resources import StackResources

URL_SUFFIX: Final = "amazonaws.com"

DATA_SERVICES: Final = ("DynamoDB", "KMS", "Kinesis", "S3", "SNS", "SQS", "SSM")
"""Services whose resources hold something, and are created in moto. All others are run here (functions, mappings,
the API, schedules) or mean nothing on one machine (roles, log groups, permissions, alarms)."""

AttributeKey = tuple[str, str | None]
"""A data resource's logical id and attribute; the attribute None is what a plain Ref gives."""

_NAME_PROPERTIES: Final = {
    "AWS::ApiGateway::Stage": "StageName",
    "AWS::Cognito::UserPoolDomain": "Domain",
    "AWS::Logs::LogGroup": "LogGroupName",
}
"""Where a plain Ref gives a name that the template chose."""
_PSEUDO_PARAMETERS: Final = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK_NAME}/local",
    "AWS::StackName": STACK_NAME,
    "AWS::URLSuffix": URL_SUFFIX,
}


class Template:
    """A SAM template with values for its parameters."""

    def __init__(self, path: Path, parameters: Mapping[str, str] | None = None) -> None:
        """Read and translate the template.

        Args:
            path: The template's file; a function's CodeUri is relative to its folder.
            parameters: Values for parameters; the template's defaults serve for the others.

        Raises:
            TemplateError: the file can't be read, or SAM refuses it.
            ParameterError: a parameter's value is unknown, missing or breaks a constraint.
        """
        source = _read(path)
        self.parameters = parameter_values(source.get("Parameters", {}), parameters or {})
        self._code = _take_code(source, path.resolve().parent)
        self._template = _translate(source, self.parameters)

    @property
    def translated(self) -> Mapping[str, Json]:
        """The CloudFormation template that SAM makes of it, its intrinsic functions unresolved."""
        return self._template

    def data_template(self) -> tuple[dict[str, Json], dict[str, AttributeKey]]:
        """Return the part of the template that moto creates.

        Returns:
            A CloudFormation template of the data resources alone, whose outputs are all the attributes of them
            that the rest of the template refers to; and which attribute each output is.
        """
        attributes: set[AttributeKey] = set()

        def note(logical_id: str, attribute: str | None) -> str:
            attributes.add((logical_id, attribute))
            return f"{logical_id}.{attribute}"

        self._describe(note)
        outputs = {
            f"Attribute{number}": key
            for number, key in enumerate(sorted(attributes, key=lambda key: (key[0], key[1] or "")))
        }
        sections: dict[str, Json] = {
            name: self._template[name] for name in ("Parameters", "Mappings", "Conditions") if name in self._template
        }
        template = {
            **sections,
            "Resources": {logical_id: resource for logical_id, resource in self._resources() if _is_data(resource)},
            "Outputs": {
                name: {"Value": {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": resource}}
                for name, (resource, attribute) in outputs.items()
            },
        }
        return template, outputs

    def resources(self, attributes: Mapping[AttributeKey, str]) -> StackResources:
        """Return what the stack runs, given the attributes of the data resources that `data_template` asks for."""
        return self._describe(lambda logical_id, attribute: attributes[logical_id, attribute])

    def _resources(self) -> Iterator[tuple[str, Json]]:
        """Yield the resources whose condition holds."""
        conditions = Intrinsics(self._template, self._references(), _no_attribute)
        for logical_id, resource in self._template["Resources"].items():
            if "Condition" not in resource or conditions.holds(resource["Condition"]):
                yield logical_id, resource

    def _references(self) -> dict[str, Json]:
        return {**_PSEUDO_PARAMETERS, **self.parameters}

    def _describe(self, data_attribute: Callable[[str, str | None], str]) -> StackResources:
        resources = dict(self._resources())

        def attribute(logical_id: str, name: str | None) -> str:
            if logical_id not in resources:
                raise TemplateError(f"the template refers to {logical_id}, which is no parameter or resource of it")
            if _is_data(resources[logical_id]):
                return data_attribute(logical_id, name)
            kind, properties = resources[logical_id]["Type"], resources[logical_id].get("Properties", {})
            if name is None and (given := properties.get(_NAME_PROPERTIES.get(kind))):
                return str(intrinsics.resolve(given))
            if name is None and kind == "AWS::Lambda::Alias":
                return alias_arn(properties["FunctionName"]["Ref"], properties["Name"])
            return _own_attribute(logical_id, kind, name)

        intrinsics = Intrinsics(self._template, self._references(), attribute)
        try:
            return Description(resources, intrinsics, self._code, self._template.get("Outputs", {})).whole()
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise TemplateError(f"a part of the template is missing or of another kind: {_in_words(error)}") from error


def _in_words(error: Exception) -> str:
    """Say an exception in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _read(path: Path) -> dict[str, Json]:
    try:
        source = copy.deepcopy(_parsed(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror}; give the path of a SAM template") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path} is not YAML: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(source, dict) or not isinstance(source.get("Resources"), dict):
        raise TemplateError(f"{path} is no template: it has no Resources")
    for logical_id, resource in source["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise TemplateError(f"{path}: the resource {logical_id} has no Type; say what it is, like AWS::S3::Bucket")
        if not isinstance(resource.get("Properties", {}), dict):
            raise TemplateError(f"{path}: the Properties of {logical_id} are no mapping of names to values")
    return source


@lru_cache(maxsize=2)
def _parsed(text: str) -> Any:  # noqa: ANN401 - what YAML holds is checked by the caller
    """Parse YAML, which takes as long as all the rest; whoever tries parameters reads one file again and again."""
    return yaml_parse(text)


def _take_code(source: dict[str, Json], folder: Path) -> dict[str, Path]:
    """Return each function's code folder, and put in its place the S3 address that SAM's translator insists on."""
    common = source.get("Globals", {}).get("Function", {})
    code = {}
    for logical_id, resource in source["Resources"].items():
        if resource.get("Type") == "AWS::Serverless::Function":
            properties = resource.setdefault("Properties", {})
            code[logical_id] = (folder / properties.get("CodeUri", common.get("CodeUri", "."))).resolve()
            properties["CodeUri"] = f"s3://local/{logical_id}"
    return code


def _translate(source: dict[str, Json], parameters: Mapping[str, Json]) -> dict[str, Json]:
    # The translator warns of every feature that its service, not its library, may have switched on.
    logging.getLogger("samtranslator.feature_toggle").setLevel(logging.ERROR)
    logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)  # warns of each template it refuses
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=local_session())
    try:
        translated: dict[str, Json] = translator.translate(copy.deepcopy(source), dict(parameters))
    except InvalidDocumentException as error:
        reasons = "; ".join(cause.message for cause in error.causes)
        raise TemplateError(f"SAM refuses the template: {reasons or error.message}") from error
    except Exception as error:  # it checks less than it relies on
        raise TemplateError(f"SAM's translator fails on the template: {_in_words(error)}") from error
    return translated


def _own_attribute(logical_id: str, kind: str, name: str | None) -> str:
    """Return an attribute of a resource that is not in moto."""
    if name is None:
        return physical_name(logical_id)
    if name == "Arn" and kind == "AWS::Lambda::Function":
        return function_arn(logical_id)
    if name == "Arn" and kind == "AWS::IAM::Role":
        return f"arn:aws:iam::{ACCOUNT}:role/{physical_name(logical_id)}"
    if name == "Arn" and kind == "AWS::Cognito::UserPool":
        return f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{physical_name(logical_id)}"
    raise TemplateError(f"the local stack knows no attribute {name} of {logical_id}, which is an {kind}")


def _no_attribute(logical_id: str, _attribute: str | None) -> Any:  # noqa: ANN401 - it never returns
    raise TemplateError(f"a condition may not refer to the resource {logical_id}")


def _is_data(resource: Mapping[str, Json]) -> bool:
    # A type of one's own, `Custom::Name`, has no third part and is none of these.
    kind: str = resource["Type"]
    return kind.startswith(tuple(f"AWS::{service}::" for service in DATA_SERVICES))
