"""Every environment variable that a function's code reads is set by the template, and the other way round."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from aws_lambda_powertools.shared import constants

from consumers import tracing
from consumers.alerts.settings import AlertsSettings
from consumers.ingest.settings import Settings as IngestSettings
from consumers.redrive.settings import Settings as RedriveSettings
from consumers.rollup.settings import RollupSettings
from consumers.views.settings import ViewsSettings
from reporting.settings import Settings as ReportingSettings
from tests.unit.translated_template import PATH, resolved, template_with

ROOT = PATH.parent

SETTINGS: dict[str, Callable[[Mapping[str, str]], Any]] = {
    "IngestFunction": IngestSettings.read,
    "RedriveFunction": RedriveSettings.read,
    "RollupFunction": RollupSettings.read,
    "SweepFunction": RollupSettings.read,
    "ViewsFunction": ViewsSettings.read,
    "AlertsFunction": AlertsSettings.read,
    "ReportingFunction": ReportingSettings.read,
    # It has one variable, so it has no settings.
    "ArchiveFunction": lambda environment: environment["ARCHIVE_BUCKET"],
}
POWERTOOLS = {constants.METRICS_NAMESPACE_ENV, constants.SERVICE_NAME_ENV, constants.POWERTOOLS_LOG_LEVEL_ENV}
"""Read by the library that logs and counts."""
EVERYWHERE = {"SCHEDULE"}
"""Set for all by the template's Globals, and asked of every function by `python -m consumers.schedule show`."""

OF_ROLLUP_ALONE = {"SweepFunction": {"CORRECTION_PERCENT"}}
"""Read with rollup's settings, which the sweep shares, and used by rollup alone."""


class Environment(Mapping[str, str]):
    """Variables that remember which were read."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Hold them."""
        self._variables = variables
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def test_nothing_else_reads_variables() -> None:
    """Operators' command lines read their own, Lambda sets one; the SDK's options have defaults."""
    handed_to_settings = re.compile(r"Settings\.read\(os\.environ\)|variables\.text\(os\.environ, \"ARCHIVE_BUCKET\"\)")
    readers = {
        str(path.relative_to(ROOT))
        for package in ("consumers", "reporting")
        for path in (ROOT / package).rglob("*.py")
        if "command" not in path.parts
        and re.search(r"\b(environ|getenv)\b", handed_to_settings.sub("", path.read_text(encoding="utf-8")))
    }
    assert readers == {"consumers/tracing.py", "consumers/starting.py", "consumers/redrive/parts.py"}


def functions() -> dict[str, dict[str, Any]]:
    return resolved(template_with(Archive="true"), "AWS::Lambda::Function")


def test_every_function_is_looked_at() -> None:
    assert set(functions()) == set(SETTINGS)


@pytest.mark.parametrize("function", SETTINGS)
def test_a_function_reads_what_is_set_and_what_it_reads_is_set(function: str) -> None:
    variables = functions()[function]["Properties"]["Environment"]["Variables"]
    environment = Environment(variables)
    SETTINGS[function](environment)
    read = environment.read - OF_ROLLUP_ALONE.get(function, set())
    assert set(variables) - EVERYWHERE == (read | POWERTOOLS | {tracing.VARIABLE}) - EVERYWHERE
    assert set(variables) >= read | EVERYWHERE
