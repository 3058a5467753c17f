"""What a function's log lines say of its invocations, in both of Lambda's formats."""

import json
from typing import Any

from load.stack.log_lines import Reported, read_lines

TEXT = (
    "REPORT RequestId: 76269889-7d50 \tDuration: 14.97 ms\tBilled Duration: 15 ms\tMemory Size: 1024 MB\t"
    "Max Memory Used: 67 MB\t\n"
)
FIRST = TEXT.rstrip() + "\tInit Duration: 812.33 ms\t\n"


def report(status: str = "success", **metrics: float) -> str:
    told = {"durationMs": 20.5, "billedDurationMs": 21, "memorySizeMB": 512, "maxMemoryUsedMB": 90, **metrics}
    record = {"requestId": "6d68ca91-49c9", "metrics": told, "status": status}
    return json.dumps({"time": "2026-11-22T12:00:00.000Z", "type": "platform.report", "record": record})


def said(**fields: Any) -> str:  # noqa: ANN401 - as in JSON
    return json.dumps({"level": "INFO", "message": "batch", "function_request_id": "6d68ca91-49c9", **fields})


def test_a_report_is_read_from_text() -> None:
    found = read_lines([TEXT]).reported
    assert found == {"76269889-7d50": Reported(0.01497, 1024.0, 67 * 2**20, first=False)}
    assert read_lines([FIRST]).reported["76269889-7d50"].first


def test_a_report_is_read_from_json() -> None:
    found = read_lines([report()]).reported
    assert found == {"6d68ca91-49c9": Reported(0.0205, 512.0, 90 * 2**20, first=False)}
    assert read_lines([report(initDurationMs=700.0)]).reported["6d68ca91-49c9"].first


def test_an_invocation_that_failed_says_nothing_of_what_work_takes() -> None:
    assert read_lines([report("timeout")]).reported == {}


def test_the_functions_own_line_is_found_by_its_request_and_counted() -> None:
    metrics = json.dumps({"_aws": {"CloudWatchMetrics": []}, "EventsReceived": 3})
    own = said(events=3)
    lines = read_lines([own, metrics, report(), '{"type":"platform.start","record":{}}'])
    assert lines.said["6d68ca91-49c9"]["events"] == 3
    assert lines.logged == len(own) + len(metrics)


def test_lines_of_another_form_say_nothing() -> None:
    lines = read_lines(["START RequestId: x", "{no json", "[1]", "", '{"message":"batch"}'])
    assert (lines.reported, lines.said, lines.most_memory) == ({}, {}, None)


def test_the_most_memory_is_that_of_any_environment() -> None:
    assert read_lines([TEXT, report()]).most_memory == 90 * 2**20
