"""Timeouts, attempts and mode of every client that a function makes are chosen, not left to defaults."""

import ast
from pathlib import Path

import pytest

from consumers.calls import CONNECT_SECONDS, call_config

ROOT = Path(__file__).parents[3]
FUNCTIONS = ("alerts", "archive", "ingest", "redrive", "rollup", "sweep", "views")
FOLDERS = [*(ROOT / "consumers" / name for name in FUNCTIONS), ROOT / "reporting"]
MODULES = [
    path
    for folder in FOLDERS
    for path in sorted(folder.rglob("*.py"))
    if not {"command", "__main__.py"} & {*path.parts}
]


def clients(path: Path) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "client"
    ]


def test_functions_make_clients() -> None:
    assert sum(len(clients(path)) for path in MODULES) >= 5


@pytest.mark.parametrize(
    "path", [path for path in MODULES if clients(path)], ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_client_is_told_how_to_call(path: Path) -> None:
    for call in clients(path):
        assert "config" in {keyword.arg for keyword in call.keywords}


def test_a_call_gives_up_in_time_and_is_tried_again_a_few_times() -> None:
    config = call_config(calls_at_once=7, read_seconds=3.0)
    assert (config.connect_timeout, config.read_timeout) == (CONNECT_SECONDS, 3.0)  # type: ignore[attr-defined] # botocore sets its options by name
    assert config.retries == {"mode": "standard", "total_max_attempts": 4}  # type: ignore[attr-defined] # the same
    assert config.max_pool_connections == 7  # type: ignore[attr-defined] # the same
    assert config.tcp_keepalive is True  # type: ignore[attr-defined] # the same
