"""A stack that can't start says why in one line, and leaves nothing behind."""

import logging
from pathlib import Path

import pytest

from local.gateway.server import Gateway
from local.stack import LocalStack, ParameterError, PortInUseError, StackError, TemplateError

TEMPLATE = Path(__file__).parents[3] / "template.yaml"


def test_a_port_in_use_stops_it_before_anything_starts(tmp_path: Path) -> None:
    gateway = Gateway(0)
    with pytest.raises(PortInUseError):
        LocalStack.start(template=TEMPLATE, port=gateway.port, directory=tmp_path / "logs")
    gateway.stop()
    assert not (tmp_path / "logs").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match=r"file/logs: Not a directory; logs must go somewhere"):
        LocalStack.start(template=TEMPLATE, port=0, directory=tmp_path / "file" / "logs")


@pytest.mark.parametrize(
    ("template", "parameters", "kind"),
    [
        (TEMPLATE.with_name("absent.yaml"), {}, TemplateError),
        (TEMPLATE, {"ShardCount": "none"}, ParameterError),
    ],
)
def test_what_started_before_the_fault_is_ended(
    tmp_path: Path, template: Path, parameters: dict[str, str], kind: type[StackError]
) -> None:
    gateway = Gateway(0)
    port = gateway.port
    gateway.stop()
    with pytest.raises(kind) as caught:
        LocalStack.start(template=template, port=port, directory=tmp_path, parameters=parameters)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir()), "a run that never was leaves no logs, and the link as it is"
    Gateway(port).stop()
    assert not logging.getLogger("local").handlers
