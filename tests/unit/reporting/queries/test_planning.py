"""No question reads times of which nothing can be counted."""

from datetime import timedelta

from consumers.tables import Level
from reporting.plan import Closed
from reporting.windows import Window
from tests.unit.reporting.queries.shelf import NOW, Shelf, queries_of


def test_before_anything_was_counted_nothing_is_read() -> None:
    shelf = Shelf([], Closed(), counted=False)
    queries = queries_of(shelf)
    series = queries.series("hashtag", "a", Level.DAY, NOW - timedelta(days=1_499), NOW)
    assert (series.total, len(series.points), series.as_of) == (0, 1_500, None)
    assert queries.trends("hashtag", Window.DAY, 10, None, None).distinct == 0
    assert queries.summary(Window.DAY, None).events == 0
    health = queries.health()
    assert (health.status, health.levels.hour, health.levels.day) == ("empty", None, None)
    assert not shelf.asked
