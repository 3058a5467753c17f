"""Answers are compressed where API Gateway would compress them."""

import gzip
import zlib

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from local.gateway.compression import compress

BODY = b"trend " * 200


def answer(accept: str | None, body: bytes = BODY, minimum: int | None = 1_000, coding: str | None = None) -> Response:
    given = [] if accept is None else [("Accept-Encoding", accept)]
    request = Request(EnvironBuilder(headers=given).get_environ())
    return compress(request, Response(body, headers={"Content-Encoding": coding} if coding else {}), minimum)


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "gzip"),
        ("deflate", "deflate"),
        ("GZIP;q=0.5", "gzip"),
        ("deflate, gzip;q=0.5", "deflate"),
        (None, None),
        ("", None),
        ("*", None),
        ("identity", None),
        ("gzip;q=0", None),
        ("br, gzip;q=0.9", None),
    ],
)
def test_the_coding_wanted_most_is_used_where_it_is_known(accept: str | None, coding: str | None) -> None:
    assert answer(accept).headers.get("Content-Encoding") == coding


def test_a_compressed_answer_is_the_same_and_says_its_own_length() -> None:
    zipped, deflated = answer("gzip"), answer("deflate")
    assert gzip.decompress(zipped.get_data()) == zlib.decompress(deflated.get_data()) == BODY
    for response in (zipped, deflated):
        assert response.headers["Content-Length"] == str(len(response.get_data()))


def test_short_answers_and_those_with_a_coding_stay_as_they_are() -> None:
    assert answer("gzip", minimum=len(BODY) + 1).get_data() == BODY
    assert answer("gzip", minimum=len(BODY)).get_data() != BODY
    assert answer("gzip", minimum=None).get_data() == BODY
    assert answer("gzip", body=b"").get_data() == b""
    assert answer("gzip", coding="br").get_data() == BODY
