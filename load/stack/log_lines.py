"""What a function's log lines say of its invocations: Lambda's own report and the function's line of the same request.

Lambda reports each invocation, as JSON (``platform.report``) or as text, as the function's log format is (AWS Lambda
Developer Guide, "Configuring JSON and plain text log formats"); in the JSON format only where the function's system log
level is INFO, which the template's parameter `SystemLogLevel` says. Pure.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MEGABYTE: Final = 2**20
SAID: Final = frozenset({"batch", "refreshed"})
"""Messages that functions tell of a batch in (docs/metrics.md, "The log lines")."""

_REPORT: Final = re.compile(
    r"REPORT RequestId: (?P<request>\S+)\s+Duration: (?P<duration>[\d.]+) ms\s+Billed Duration: [\d.]+ ms\s+"
    r"Memory Size: (?P<size>\d+) MB\s+Max Memory Used: (?P<used>\d+) MB(?P<others>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Reported:
    """What Lambda says of one invocation.

    Attributes:
        seconds: that it took, without the start of its environment.
        megabytes: the function's memory.
        used_bytes: the most memory that its environment has used so far.
        first: whether it was the first of its environment.
    """

    seconds: float
    megabytes: float
    used_bytes: int
    first: bool


@dataclass(slots=True)
class Lines:
    """Log lines of one function.

    Attributes:
        reported: by request id.
        said: the fields of the function's own line, by request id.
        logged: bytes of all lines of the function itself.

    An invocation is known by the id of its request, which both lines have.
    """

    reported: dict[str, Reported] = field(default_factory=dict)
    said: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    logged: int = 0

    @property
    def most_memory(self) -> int | None:
        """The most memory that an environment used, in bytes; None where no line tells."""
        return max((each.used_bytes for each in self.reported.values()), default=None)


def read_lines(lines: Iterable[str]) -> Lines:
    """Return what lines say; those of a form that is not known say nothing."""
    found = Lines()
    for line in lines:
        if text := _REPORT.match(line):
            found.reported[text["request"]] = Reported(
                float(text["duration"]) / 1000,
                float(text["size"]),
                int(text["used"]) * MEGABYTE,
                "Init Duration:" in text["others"],
            )
            continue
        document = _document(line)
        if document.get("type") == "platform.report":
            _take_report(document, found)
        elif not str(document.get("type", "")).startswith("platform."):
            found.logged += len(line.encode())
            request = document.get("function_request_id")
            if document.get("message") in SAID and isinstance(request, str):
                found.said[request] = document
    return found


def _take_report(document: Mapping[str, Any], found: Lines) -> None:
    record = document.get("record", {})
    metrics = record.get("metrics", {})
    if record.get("status", "success") == "success" and {"durationMs", "memorySizeMB", "maxMemoryUsedMB"} <= set(
        metrics
    ):
        found.reported[record.get("requestId", "")] = Reported(
            metrics["durationMs"] / 1000,
            float(metrics["memorySizeMB"]),
            int(metrics["maxMemoryUsedMB"]) * MEGABYTE,
            "initDurationMs" in metrics,
        )


def _document(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {}
    try:
        document = json.loads(line)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
