"""The template's stack with sign-in: nobody asks the API without a token of its own user pool."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import urllib3

from local.run.trends_client import ReportingError, TrendsClient
from local.stack import LocalStack, ParameterError

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    directory = tmp_path_factory.mktemp("stack")
    with LocalStack.start(template=TEMPLATE, port=0, directory=directory, sign_in=True) as running:
        yield running


def test_every_route_of_the_template_asks_for_a_token(stack: LocalStack) -> None:
    assert stack.resources.api is not None
    for route in stack.resources.api.routes:
        answer = urllib3.request(route.method, stack.url + route.path.replace("{", "").replace("}", ""), retries=False)
        assert answer.status == (200 if route.method == "OPTIONS" else 401), route.path
        if answer.status == 401:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["title"] == "Unauthorized"


def test_the_stacks_own_programs_have_one(stack: LocalStack) -> None:
    now = datetime.now(UTC)
    with pytest.raises(ReportingError, match="401"):
        TrendsClient(stack.url, started=now, dedup_days=7).health()
    signed_in = TrendsClient(stack.url, started=now, dedup_days=7, authorization=stack.authorization)
    assert signed_in.health()["status"] == "empty"


def test_the_page_is_told_where_to_sign_in(stack: LocalStack) -> None:
    config = json.loads(urllib3.request("GET", f"{stack.url}/config.json").data)
    assert config == {
        "apiUrl": "",
        "auth": {"domain": "", "clientId": stack.outputs["SignInClientId"], "scope": stack.outputs["SignInScope"]},
    }


def test_a_template_without_sign_in_is_refused(tmp_path: Path) -> None:
    small = Path(__file__).parent / "small_stack" / "template.yaml"
    with pytest.raises(ParameterError, match="is no parameter of the template"):
        LocalStack.start(template=small, port=0, directory=tmp_path, sign_in=True)
