"""How many of a run's events the reporting API counts."""

from typing import Any

import pytest
import urllib3

from load.errors import InputError
from load.runs.census import ATTEMPTS, Census
from load.runs.reporting_api import ReportingApi, ReportingApiError


class Answer:
    def __init__(self, status: int, total: int = 0) -> None:
        self.status = status
        self.data = b'{"detail": "because"}'
        self._total = total

    def json(self) -> dict[str, Any]:
        return {"series": [{"value": "load", "total": self._total}]}


class Answers:
    """What an API answers, one after the other; the last one stays. Keeps what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Answer | Exception) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._answers = list(answers)
        monkeypatch.setattr(urllib3.PoolManager, "request", lambda _, *given, **named: self._answer(*given, **named))

    def _answer(self, _method: str, url: str, *, headers: dict[str, str]) -> Answer:
        self.asked.append((url, headers))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def api() -> ReportingApi:
    return ReportingApi("http://127.0.0.1/api", lambda url: {"x-signed": url})


def test_only_what_has_come_since_is_counted(monkeypatch: pytest.MonkeyPatch, api: ReportingApi) -> None:
    answers = Answers(monkeypatch, Answer(200, 30), Answer(200, 30), Answer(200, 530))
    census = Census(api, 1_795_000_000.0)
    assert (census.counted(), census.counted()) == (0, 500)
    url, headers = answers.asked[0]
    assert url.startswith("http://127.0.0.1/api/v1/compare/platform?values=load&granularity=minute&start=2026-11-18T")
    assert headers == {"x-signed": url}


def settled(census: Census, *, deadline: float = 100.0, rests: int = 1_000) -> tuple[int | None, float]:
    """Return what was counted in the end, and for how many seconds that was waited for."""
    times = [0.0]

    def rest() -> bool:
        times.append(1.0)
        return len(times) <= rests

    found = census.settled(500, rest=rest, clock=lambda: sum(times), deadline=deadline)
    return found, sum(times)


def test_all_that_are_expected_are_waited_for(monkeypatch: pytest.MonkeyPatch, api: ReportingApi) -> None:
    Answers(monkeypatch, Answer(200, 0), Answer(200, 100), *[Answer(200, 300)] * 30, Answer(200, 500))
    assert settled(Census(api, 0.0)) == (500, 31.0)


def test_it_is_not_waited_for_longer_than_allowed(monkeypatch: pytest.MonkeyPatch, api: ReportingApi) -> None:
    Answers(monkeypatch, Answer(200, 0), Answer(200, 100))
    assert settled(Census(api, 0.0), deadline=20.0) == (100, 20.0)


def test_it_is_waited_for_no_longer_than_anyone_wants(monkeypatch: pytest.MonkeyPatch, api: ReportingApi) -> None:
    Answers(monkeypatch, Answer(200, 0), Answer(200, 100))
    assert settled(Census(api, 0.0), rests=3) == (100, 3.0)


def test_an_answer_that_fails_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, api: ReportingApi) -> None:
    Answers(monkeypatch, Answer(503), urllib3.exceptions.HTTPError(), Answer(200, 7), Answer(200, 9))
    assert Census(api, 0.0).counted() == 2


def test_without_answers_nothing_is_known_and_why_is(monkeypatch: pytest.MonkeyPatch, api: ReportingApi) -> None:
    answers = Answers(monkeypatch, Answer(500))
    census = Census(api, 0.0)
    assert census.counted() is None
    assert census.failure is not None
    assert "answered 500 to /v1/compare/platform" in census.failure
    assert len(answers.asked) == ATTEMPTS


@pytest.mark.parametrize("status", [401, 403])
def test_an_api_that_does_not_know_the_caller_is_wrong_input(
    status: int, monkeypatch: pytest.MonkeyPatch, api: ReportingApi
) -> None:
    Answers(monkeypatch, Answer(status))
    with pytest.raises(InputError, match=f"answered {status} .*because.*--no-probes"):
        api.check()


def test_an_api_that_fails_is_no_fault_of_the_callers(monkeypatch: pytest.MonkeyPatch, api: ReportingApi) -> None:
    Answers(monkeypatch, Answer(500))
    with pytest.raises(ReportingApiError, match="answered 500"):
        api.check()


def test_an_api_that_answers_is_fine(monkeypatch: pytest.MonkeyPatch, api: ReportingApi) -> None:
    answers = Answers(monkeypatch, Answer(200))
    api.check()
    assert len(answers.asked) == 1
