"""What is hidden shows in no answer, and nothing else changes: totals and shares stay, ranks close up."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.tables import Level
from reporting.plan import Closed
from reporting.queries import Queries
from reporting.windows import Window
from tests.unit.reporting.queries.shelf import EPOCH_NOW, Event, Shelf, queries_of, some

TAGS = ("a", "b/c", "café", "d e", "%41")


def a_shelf() -> Shelf:
    """Return one on which each of `TAGS` was counted once more than the one after."""
    posts = [Event(EPOCH_NOW, "post", "en", TAGS[: number + 1]) for number in range(len(TAGS))]
    return Shelf([*posts, Event(EPOCH_NOW, "like", "ja", ())], Closed())


def listed(queries: Queries, dimension: str = "hashtag") -> list[tuple[int, str, int, float]]:
    page = queries.trends(dimension, Window.HOUR, 100, None, None)  # type: ignore[arg-type]  # a dimension
    return [(item.rank, item.value, item.count, item.share) for item in page.items]


def test_a_hidden_value_has_no_rank_and_the_total_stays() -> None:
    shelf = a_shelf()
    queries = queries_of(shelf)
    whole = queries.trends("hashtag", Window.HOUR, 100, None, None)
    shelf.hide = {"hashtag": {"b/c"}}
    page = queries.trends("hashtag", Window.HOUR, 100, None, None)
    assert [(item.rank, item.value) for item in page.items] == [(1, "a"), (2, "café"), (3, "d e"), (4, "%41")]
    assert (page.total, page.distinct, page.next_cursor) == (whole.total, whole.distinct, None)
    assert {item.value: (item.count, item.share) for item in page.items}.items() < {
        item.value: (item.count, item.share) for item in whole.items
    }.items()


def test_it_is_hidden_in_its_own_dimension_alone() -> None:
    shelf = a_shelf()
    shelf.hide = {"lang": {"a", "en"}}
    assert [value for _, value, _, _ in listed(queries_of(shelf))] == list(TAGS)
    assert [value for _, value, _, _ in listed(queries_of(shelf), "lang")] == ["ja"]


def test_a_summary_counts_it_among_the_others() -> None:
    shelf = a_shelf()
    whole = queries_of(shelf).summary(Window.HOUR, None)
    shelf.hide = {"hashtag": {"a"}, "kind": {"post"}}
    summary = queries_of(shelf).summary(Window.HOUR, None)
    assert (summary.events, summary.hashtag.total, summary.hashtag.distinct) == (6, whole.hashtag.total, len(TAGS))
    assert [item.value for item in summary.hashtag.items] == list(TAGS[1:])
    assert (summary.hashtag.other, summary.kind.other) == (5, 5)
    assert [item.value for item in summary.kind.items] == ["like"]


def test_its_series_is_that_of_a_value_never_seen_in_any_spelling() -> None:
    shelf = a_shelf()
    shelf.hide = {"hashtag": {"café"}, "lang": {"en"}}
    queries = queries_of(shelf)
    for dimension, spellings in (("hashtag", ("café", "#CAFÉ", " cafe\u0301")), ("lang", ("en", "EN-gb"))):
        for spelling in spellings:
            series = queries.series(dimension, spelling, Level.MINUTE, None, None)  # type: ignore[arg-type]  # as above
            assert (series.total, {point.count for point in series.points}) == (0, {0})
    assert queries.series("hashtag", "a", Level.MINUTE, None, None).total == len(TAGS)


def test_what_is_hidden_no_longer_is_back_at_once() -> None:
    shelf = a_shelf()
    queries = queries_of(shelf)
    whole = listed(queries)
    shelf.hide = {"hashtag": set(TAGS)}
    assert listed(queries) == []
    shelf.hide = {}
    assert listed(queries) == whole


@some
@given(st.lists(st.sets(st.sampled_from(TAGS)), min_size=6, max_size=6), st.integers(1, 3), st.booleans())
def test_pages_go_on_where_the_last_one_ended_when_the_list_changes_between_them(
    hidden: list[set[str]], limit: int, warm: bool
) -> None:
    shelf = a_shelf()
    queries = queries_of(shelf)
    shelf.hide = {"hashtag": hidden[0]}
    page = queries.trends("hashtag", Window.HOUR, limit, None, None)
    seen = [item.value for item in page.items]
    for hide in hidden[1:]:
        if page.next_cursor is None:
            break
        shelf.hide = {"hashtag": hide}
        queries = queries if warm else queries_of(shelf)
        page = queries.trends("hashtag", Window.HOUR, limit, page.next_cursor, None)
        assert not hide & {item.value for item in page.items}
        # The page is the next ones of those that are shown now, none twice, and ranked among those.
        shown = [value for value in TAGS if value not in hide]
        behind = [value for value in shown if not seen or TAGS.index(value) > TAGS.index(seen[-1])]
        assert [item.value for item in page.items] == behind[:limit]
        assert [item.rank for item in page.items] == [shown.index(item.value) + 1 for item in page.items]
        seen += [item.value for item in page.items]
