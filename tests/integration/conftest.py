"""What tests against moto share: in their own process, and in one beside them."""

from collections.abc import Iterator
from threading import RLock
from typing import Any

import pytest
from moto.core.models import botocore_stubber

from local.services.process import Services


@pytest.fixture(autouse=True)
def one_call_to_moto_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls of several threads in one after another: moto's backends are not safe for threads.

    A query that meets another thread's first write to a partition fails with "dictionary changed size during
    iteration", and concurrent puts can get one sequence number (`docs/moto-gaps.md`).
    """
    answer = botocore_stubber.process_request
    lock = RLock()

    def answer_alone(request: Any) -> Any:  # noqa: ANN401 - moto's own signature
        with lock:
            return answer(request)

    monkeypatch.setattr(botocore_stubber, "process_request", answer_alone)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services of a process of their own, with nothing in them."""
    running = Services(tmp_path_factory.mktemp("services") / "services.log")
    running.wait()
    yield running
    running.stop()
