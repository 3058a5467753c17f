"""A client that has the answer already is not sent it again."""

from http import HTTPStatus

import pytest

from reporting.caching import COUNTS, NO_STORE, cached

BODY = '{"total":1}'
TAG = str(cached(BODY, COUNTS, None).headers["ETag"])


def test_an_answer_says_how_long_it_may_be_kept_and_what_it_is() -> None:
    answer = cached(BODY, COUNTS, None)
    assert (answer.status_code, answer.body) == (HTTPStatus.OK, BODY)
    assert answer.headers["Cache-Control"] == "max-age=2"
    assert TAG.startswith('W/"')


@pytest.mark.parametrize("header", [TAG, TAG.removeprefix("W/"), f'"other", {TAG}', "*", f' {TAG} , W/"x"'])
def test_an_unchanged_answer_has_no_body(header: str) -> None:
    answer = cached(BODY, COUNTS, header)
    assert (answer.status_code, answer.body) == (HTTPStatus.NOT_MODIFIED, None)
    assert answer.headers["ETag"] == TAG
    assert answer.headers["Cache-Control"] == COUNTS


@pytest.mark.parametrize("header", ["", '""', 'W/"other"', TAG.strip('W/"'), "nonsense"])
def test_another_answer_is_sent_whole(header: str) -> None:
    assert cached(BODY, COUNTS, header).status_code == HTTPStatus.OK


def test_other_bodies_have_other_tags() -> None:
    assert cached('{"total":2}', COUNTS, None).headers["ETag"] != TAG


def test_what_may_not_be_stored_has_no_tag() -> None:
    answer = cached(BODY, NO_STORE, "*")
    assert (answer.status_code, answer.body) == (HTTPStatus.OK, BODY)
    assert "ETag" not in answer.headers
