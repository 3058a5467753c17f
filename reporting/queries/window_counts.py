"""A window's counts, summed from minutes, hours and days."""

from typing import TYPE_CHECKING

from consumers.counts import BREAKDOWN_BUCKET, Counts, add, empty
from consumers.trends.sums import RunningSum
from reporting.queries.planning import Planning
from reporting.reader import Buckets, Freshness, TrendsReader
from reporting.windows import Span, Window

if TYPE_CHECKING:
    from consumers.trends.item import BucketItem


class WindowCounts:
    """Sums the items of a window; hashtags by the sums of the question before."""

    def __init__(self, reader: TrendsReader, planning: Planning) -> None:
        """Sum what `reader` reads of what `planning` plans."""
        self._reader = reader
        self._planning = planning
        self._hashtags = {window: RunningSum("hashtag") for window in Window}
        self._hashtags_before = {window: RunningSum("hashtag") for window in Window}

    def of(self, window: Window, span: Span, freshness: Freshness, buckets: Buckets) -> Counts:
        """Return the counts of `span`, which is as long as `window`, of the values in `buckets`."""
        return self._sum(self._hashtags[window], span, freshness, buckets)

    def before(self, window: Window, span: Span, freshness: Freshness, buckets: Buckets) -> Counts:
        """Return the same of the window before another, which has sums of its own from question to question."""
        return self._sum(self._hashtags_before[window], span, freshness, buckets)

    def _sum(self, running: RunningSum, span: Span, freshness: Freshness, buckets: Buckets) -> Counts:
        counts = empty()
        hashtags: list[BucketItem] = []
        for item in self._reader.read(self._planning.reads(span, freshness), buckets):
            if item.bucket == BREAKDOWN_BUCKET:
                add(counts, item.counts)
            else:
                hashtags.append(item)
        if hashtags:
            counts["hashtag"] = running.of(hashtags)
        return counts
