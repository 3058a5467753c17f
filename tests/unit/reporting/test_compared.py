"""Values of a comparison are told apart by commas, each decoded by itself, and come back as columns."""

import pytest

from reporting import comma_separated
from reporting.answers import Comparison, ValueSeries
from reporting.parameters import MAX_COMPARED, compared
from reporting.problems import BadRequestError


def test_a_comma_or_a_percent_sign_in_a_value_is_encoded_by_the_client() -> None:
    assert compared("rivers,a%2Cb,100%25,caf%C3%A9") == ["rivers", "a,b", "100%", "café"]


@pytest.mark.parametrize("text", ["a,,b", "", ",".join("abcdefghijk"), "%ff"])
def test_empty_too_many_and_undecodable_values_are_bad_parameters(text: str) -> None:
    assert len("abcdefghijk") == MAX_COMPARED + 1
    with pytest.raises(BadRequestError, match="values"):
        compared(text)


def test_a_table_has_a_row_a_bucket_and_a_column_a_value() -> None:
    answer = Comparison(
        from_="2026-04-29T09:29:00Z",
        to="2026-04-29T09:31:00Z",
        as_of=None,
        dimension="hashtag",
        granularity="minute",
        starts=["2026-04-29T09:29:00Z", "2026-04-29T09:30:00Z"],
        series=[ValueSeries(value="=1", total=3, counts=[1, 2]), ValueSeries(value="b", total=4, counts=[4, 0])],
    )
    assert comma_separated.comparison(answer).split("\r\n") == [
        "start,'=1,b",
        "2026-04-29T09:29:00Z,1,4",
        "2026-04-29T09:30:00Z,2,0",
        "",
    ]
