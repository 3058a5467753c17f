"""CloudFormation's parameters, conditions and intrinsic functions, resolved to plain values.

Only functions that have a meaning without AWS are known; any other is refused by name, since a value that
quietly stays unresolved would mislead. Source: "Intrinsic function reference", AWS CloudFormation User Guide.
"""

import base64
import difflib
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from local.errors import ParameterError, TemplateError

Json = Any
"""A JSON value, as `json.loads` gives it."""

NO_VALUE: Final = object()
"""What AWS::NoValue resolves to: the property or list item that holds it goes away."""

LINE_WIDTH: Final = 100
"""Columns of a list of names in an error."""

_SUB_VARIABLE: Final = re.compile(r"\$\{(!?)([^}]+)\}")


def parameter_values(declared: Mapping[str, Json], given: Mapping[str, str]) -> dict[str, Json]:
    """Return every parameter's value: what is given, otherwise the template's default.

    Numbers stay as text where they were given as text, as in CloudFormation. Constraints are those the
    template states.

    Raises:
        ParameterError: a value is unknown, missing, or breaks a constraint.
    """
    if unknown := sorted(given.keys() - declared.keys()):
        raise ParameterError(f"{unknown[0]} is no parameter of the template; {_offer(unknown[0], declared)}")
    values = {}
    for name, declaration in declared.items():
        value = given.get(name, declaration.get("Default"))
        if value is None:
            raise ParameterError(f"{name} has no default: give it a value")
        _check_parameter(name, declaration, str(value))
        is_list = declaration["Type"] == "CommaDelimitedList" or declaration["Type"].startswith("List<")
        values[name] = [item.strip() for item in str(value).split(",")] if is_list else str(value)
    return values


def _offer(name: str, declared: Iterable[str]) -> str:
    """Say which parameter was probably meant, or all that there are."""
    known = {each.casefold(): each for each in declared}
    if nearest := difflib.get_close_matches(name.casefold(), known, n=1):
        return f"did you mean {known[nearest[0]]}?"
    listed = textwrap.wrap(", ".join(sorted(declared)), LINE_WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(["its parameters are", *listed])


def _check_parameter(name: str, declaration: Mapping[str, Json], value: str) -> None:
    def refuse(rule: str) -> ParameterError:
        return ParameterError(f"{name} is {value!r}: {declaration.get('ConstraintDescription', rule)}")

    allowed = declaration.get("AllowedValues")
    if allowed is not None and value not in map(str, allowed):
        raise refuse(f"use one of {', '.join(map(str, allowed))}")
    if "AllowedPattern" in declaration and not re.fullmatch(declaration["AllowedPattern"], value):
        raise refuse(f"must match {declaration['AllowedPattern']}")
    if declaration["Type"] == "Number":
        try:
            number = float(value)
        except ValueError:
            raise refuse("must be a number") from None
        least, most = declaration.get("MinValue", "-inf"), declaration.get("MaxValue", "inf")
        if not float(least) <= number <= float(most):
            raise refuse(f"must be {least} to {most}")
    if not declaration.get("MinLength", 0) <= len(value) <= declaration.get("MaxLength", len(value)):
        raise refuse(f"must have {declaration.get('MinLength', 0)} to {declaration.get('MaxLength', '…')} characters")


class Intrinsics:
    """Resolves values of one template."""

    def __init__(
        self,
        template: Mapping[str, Json],
        references: Mapping[str, Json],
        attribute: Callable[[str, str | None], Json],
    ) -> None:
        """Resolve against a template.

        Args:
            template: The translated template; its Mappings and Conditions are used.
            references: Values of parameters and of pseudo parameters (``AWS::Region`` and so on).
            attribute: Answers for a resource: (logical id, attribute), the attribute None for a plain Ref.
        """
        self._mappings = template.get("Mappings", {})
        self._conditions = template.get("Conditions", {})
        self._references = {"AWS::NoValue": NO_VALUE, **references}
        self._attribute = attribute
        self._functions: dict[str, Callable[[Json], Json]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::Select": lambda argument: self.resolve(argument[1])[int(self.resolve(argument[0]))],
            "Fn::Split": lambda argument: self.resolve(argument[1]).split(argument[0]),
            "Fn::Base64": lambda argument: base64.b64encode(self.resolve(argument).encode()).decode(),
            "Fn::ToJsonString": lambda argument: json.dumps(self.resolve(argument)),
        }

    def resolve(self, value: Json) -> Json:
        """Return `value` with every intrinsic function in it replaced by what it stands for.

        Raises:
            TemplateError: a function, reference, condition or mapping is unknown.
        """
        if isinstance(value, Mapping):
            if len(value) == 1:
                (name, argument), *_ = value.items()
                if name in self._functions:
                    return self._functions[name](argument)
                if name.startswith("Fn::"):
                    raise TemplateError(f"the local stack does not know the function {name}")
            resolved = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        return value

    def holds(self, condition: str) -> bool:
        """Tell whether a condition of the template is true."""
        if condition not in self._conditions:
            raise TemplateError(f"the template has no condition {condition}")
        return self._evaluate(self._conditions[condition])

    def _evaluate(self, expression: Json) -> bool:
        (name, argument), *_ = expression.items()
        match name:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals":
                left, right = (as_text(self.resolve(side)) for side in argument)
                return left == right
            case "Fn::Not":
                return not self._evaluate(argument[0])
            case "Fn::And":
                return all(self._evaluate(each) for each in argument)
            case "Fn::Or":
                return any(self._evaluate(each) for each in argument)
        raise TemplateError(f"the local stack does not know the condition function {name}")

    def _ref(self, name: str) -> Json:
        return self._references[name] if name in self._references else self._attribute(name, None)

    def _get_att(self, argument: Json) -> Json:
        resource, _, attribute = (
            argument.partition(".") if isinstance(argument, str) else (argument[0], ".", argument[1])
        )
        return self._attribute(resource, self.resolve(attribute))

    def _sub(self, argument: Json) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def substitute(match: re.Match[str]) -> str:
            literal, name = match[1], match[2].strip()
            if literal:
                return f"${{{name}}}"
            if name in variables:
                return as_text(self.resolve(variables[name]))
            return as_text(self._get_att(name) if "." in name else self._ref(name))

        return _SUB_VARIABLE.sub(substitute, text)

    def _join(self, argument: Json) -> str:
        separator, items = argument
        return str(separator).join(map(as_text, self.resolve(items)))

    def _if(self, argument: Json) -> Json:
        condition, when_true, when_false = argument
        return self.resolve(when_true if self.holds(condition) else when_false)

    def _find_in_map(self, argument: Json) -> Json:
        name, top, second = (as_text(self.resolve(part)) for part in argument[:3])
        try:
            return self._mappings[name][top][second]
        except KeyError:
            raise TemplateError(f"the template's mapping {name} has no entry {top} / {second}") from None


def as_text(value: Json) -> str:
    """Return a value as CloudFormation writes it into text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
