"""The segments at hand of one minute: what a batch of the log's stream brought, and what was read to fill gaps."""

from threading import Lock
from typing import TYPE_CHECKING

from consumers import counts as counting
from consumers.counts import Counts
from consumers.schedule import Address
from consumers.trends.late import LateSegment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from consumers.pane_log.log import PaneLog
    from consumers.pane_log.segment import Segment


class UnfilledGapError(Exception):
    """The pane log does not have a segment although a later one of the same address exists.

    The log never writes n + 1 before n, so the segment has been deleted.
    """

    def __init__(self, address: Address, number: int) -> None:
        super().__init__(f"the pane log has no segment {number} of address {address.key}, but later ones exist")


class CutSegment:
    """A segment's counts, cut into buckets at first use: a repeat is never cut."""

    __slots__ = ("_buckets", "_cut", "arrived_ms", "counts")

    def __init__(self, segment: "Segment | LateSegment", buckets: int) -> None:
        self.counts = segment.counts
        self.arrived_ms = segment.arrived_ms
        self._buckets = buckets
        self._cut: list[Counts] | None = None

    def bucket(self, bucket: int) -> Counts:
        """Return the counts of one bucket."""
        if self._cut is None:
            self._cut = counting.split(self.counts, self._buckets)
        return self._cut[bucket]


class AddressSegments:
    """The segments at hand of one address, by number."""

    __slots__ = ("address", "by_number", "highest")

    def __init__(self, address: Address) -> None:
        self.address = address
        self.by_number: dict[int, CutSegment] = {}
        self.highest = -1


class SegmentsAtHand:
    """All segments at hand of one minute. Buckets are brought up to date by several threads, which share it.

    An address whose gap cannot be filled is *stuck*: its later segments wait, and the minute's other addresses go on.
    """

    def __init__(self, minute: int, buckets: int) -> None:
        """Start with none, for a minute (epoch seconds) of so many hashtag buckets."""
        self.minute = minute
        self.buckets = buckets
        self.stuck: dict[Address, BaseException] = {}
        self.gaps_filled = 0
        self._addresses: dict[int, AddressSegments] = {}
        self._lock = Lock()

    def add(self, segment: "Segment | LateSegment") -> None:
        """Take one more segment of the minute; one that is there already is dropped."""
        position = segment.address.position
        known = self._addresses.get(position)
        if known is None:
            known = self._addresses[position] = AddressSegments(segment.address)
        if segment.number not in known.by_number:
            known.by_number[segment.number] = CutSegment(segment, self.buckets)
            known.highest = max(known.highest, segment.number)

    def addresses(self) -> list[AddressSegments]:
        """Return what is at hand, by address."""
        return list(self._addresses.values())

    def segments(self) -> "Iterator[LateSegment]":
        """Yield what is counted of each segment at hand."""
        for known in self.addresses():
            for number, cut in tuple(known.by_number.items()):  # a copy: a task that was given up may still fill a gap
                yield LateSegment(known.address, number, cut.counts, cut.arrived_ms)

    def fill(self, address: Address, number: int, log: "PaneLog") -> None:
        """Read segment `number` of `address` and those after it from the log, unless they are at hand already.

        Raises:
            UnfilledGapError: the log does not have it.
            SegmentFormatError: one has a format that this code does not know.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the log can't be read.
        """
        with self._lock:  # one thread reads, the others wait for what it brings
            if number in self._addresses[address.position].by_number:
                return
            for segment in log.segments(address, number):
                self.add(segment)
            if number not in self._addresses[address.position].by_number:
                raise UnfilledGapError(address, number)
            self.gaps_filled += 1

    @property
    def newest_arrival_ms(self) -> int | None:
        """Newest arrival among all segments at hand, epoch milliseconds."""
        return max(
            (cut.arrived_ms for known in self.addresses() for cut in tuple(known.by_number.values())), default=None
        )
