"""A client that has the answer already is not sent it again."""

from http import HTTPStatus

import pytest
from aws_lambda_powertools.event_handler import Response

from reporting import caching
from reporting.caching import FRESH, NO_STORE, SETTLED, of_counts


def cached(body: str, cache_control: str, if_none_match: str | None) -> Response[str]:
    return caching.cached(body, "application/json", {"X-Request-Id": "1"}, cache_control, if_none_match)


BODY = '{"total":1}'
TAG = str(cached(BODY, FRESH, None).headers["ETag"])


def test_an_answer_says_how_long_it_may_be_kept_and_what_it_is() -> None:
    answer = cached(BODY, FRESH, None)
    assert (answer.status_code, answer.body) == (HTTPStatus.OK, BODY)
    assert answer.headers["Cache-Control"] == "private, max-age=2"
    assert TAG.startswith('W/"')
    assert answer.headers["X-Request-Id"] == "1"


@pytest.mark.parametrize(
    ("to", "as_of", "cache_control"),
    [
        ("2026-04-29T09:31:00Z", "2026-04-29T09:30:12.345Z", FRESH),
        ("2026-04-29T09:31:00Z", "2026-04-29T10:30:59.999Z", FRESH),
        ("2026-04-29T09:31:00Z", "2026-04-29T10:31:00.000Z", SETTLED),
        ("2026-04-29T09:31:00Z", None, FRESH),
    ],
)
def test_counts_of_long_ago_may_be_kept_longer(to: str, as_of: str | None, cache_control: str) -> None:
    assert of_counts(to, as_of) == cache_control


@pytest.mark.parametrize("header", [TAG, TAG.removeprefix("W/"), f'"other", {TAG}', "*", f' {TAG} , W/"x"'])
def test_an_unchanged_answer_has_no_body(header: str) -> None:
    answer = cached(BODY, FRESH, header)
    assert (answer.status_code, answer.body) == (HTTPStatus.NOT_MODIFIED, None)
    assert answer.headers["ETag"] == TAG
    assert answer.headers["Cache-Control"] == FRESH


@pytest.mark.parametrize("header", ["", '""', 'W/"other"', TAG.strip('W/"'), "nonsense"])
def test_another_answer_is_sent_whole(header: str) -> None:
    assert cached(BODY, FRESH, header).status_code == HTTPStatus.OK


def test_other_bodies_have_other_tags() -> None:
    assert cached('{"total":2}', FRESH, None).headers["ETag"] != TAG


def test_what_may_not_be_stored_has_no_tag() -> None:
    answer = cached(BODY, NO_STORE, "*")
    assert (answer.status_code, answer.body) == (HTTPStatus.OK, BODY)
    assert "ETag" not in answer.headers
