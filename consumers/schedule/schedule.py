"""The schedule: how event time and author give an event its address, for ever.

A schedule is a list of entries, each in force from its start until the next one's. It is read by event time,
never by the clock, so an old event keeps its old address whenever it arrives. A change appends an entry.
"""

import json
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, Self

from penstock.hash_keys import hash_key

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400

MAX_GROUPS: Final = 4_096
MAX_BUCKETS: Final = 1_024
MAX_ADDRESSES: Final = 16_384
"""Addresses a minute. Each item of a minute has a number of up to four bytes for each of them
(`consumers.trends.vector`), beside its counts, in the 400 KB of a DynamoDB item."""


class ScheduleError(ValueError):
    """A schedule that can't be read or breaks a rule."""


class Address(NamedTuple):
    """Where an event's fingerprint and counts live in the pane log: one pane of one key group."""

    pane: int
    """Start of the pane, in epoch seconds."""
    seconds: int
    """Length of the pane."""
    group: int
    groups: int

    @property
    def key(self) -> str:
        """The address as the pane log's partition key, like ``1763717400+10#3/8``."""
        return f"{self.pane}+{self.seconds}#{self.group}/{self.groups}"

    @classmethod
    def parse(cls, key: str) -> Self:
        """Read what `key` wrote.

        Raises:
            ValueError: the text is no address.
        """
        span, _, slice_ = key.partition("#")
        pane, _, seconds = span.partition("+")
        group, _, groups = slice_.partition("/")
        return cls(int(pane), int(seconds), int(group), int(groups))

    @property
    def minute(self) -> int:
        """Start of the minute that holds the pane, in epoch seconds."""
        return self.pane - self.pane % MINUTE

    @property
    def position(self) -> int:
        """Position among all addresses of the minute, from 0 to ``MINUTE // seconds * groups - 1``."""
        return self.pane % MINUTE // self.seconds * self.groups + self.group


@dataclass(frozen=True, slots=True)
class Entry:
    """What holds from `start` (epoch seconds) on."""

    start: int
    seconds: int
    """Length of a pane; divides a minute."""
    groups: int
    """Number of key groups; a power of two, so that a group is the top bits of the author's hash key."""
    buckets: int
    """Number of hashtag buckets of a minute, an hour and a day."""

    def __post_init__(self) -> None:
        """Check the rules that make addresses unambiguous."""
        if self.start % MINUTE:
            raise ScheduleError(f"'from' must be a whole minute, not second {self.start % MINUTE} of one")
        if not 1 <= self.seconds <= MINUTE or MINUTE % self.seconds:
            raise ScheduleError(f"'seconds' must divide 60, which {self.seconds} does not")
        if not 1 <= self.groups <= MAX_GROUPS or self.groups.bit_count() != 1:
            raise ScheduleError(f"'groups' must be a power of two up to {MAX_GROUPS}, not {self.groups}")
        if not 1 <= self.buckets <= MAX_BUCKETS:
            raise ScheduleError(f"'buckets' must be 1 to {MAX_BUCKETS}, not {self.buckets}")
        if self.addresses_a_minute > MAX_ADDRESSES:
            raise ScheduleError(
                f"{self.seconds} s panes of {self.groups} groups are {self.addresses_a_minute} addresses a minute, more"
                f" than the {MAX_ADDRESSES} there may be: take longer panes or fewer groups"
            )

    def pane(self, created_at: float) -> int:
        """Return the start of the pane that holds an event time, both in epoch seconds."""
        return int(created_at // self.seconds) * self.seconds

    def group(self, author: str) -> int:
        """Return the key group of an author: the top bits of the hash key that Kinesis gives the name."""
        return hash_key(author) * self.groups >> 128

    @property
    def addresses_a_minute(self) -> int:
        """How many addresses one minute has: the length of its items' vectors."""
        return MINUTE // self.seconds * self.groups


class Schedule:
    """Entries in order of their start."""

    def __init__(self, entries: list[Entry]) -> None:
        """Take entries whose starts rise.

        Raises:
            ScheduleError: no entry, or two out of order.
        """
        self.entries = tuple(entries)
        self._starts = [entry.start for entry in entries]
        if not entries:
            raise ScheduleError("a schedule needs at least one entry")
        if any(later <= earlier for earlier, later in zip(self._starts, self._starts[1:], strict=False)):
            raise ScheduleError("entries must be in order of 'from', each later than the one before")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a schedule from JSON.

        Raises:
            ScheduleError: what is wrong, and in which entry.

        >>> Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]').at(0)
        Entry(start=0, seconds=10, groups=8, buckets=4)
        """
        try:
            raw = json.loads(text)
        except ValueError as error:
            raise ScheduleError(f"the schedule is not JSON: {error}") from error
        if not isinstance(raw, list):
            raise ScheduleError("the schedule must be a JSON list of entries")
        return cls([_entry(position, fields) for position, fields in enumerate(raw)])

    def to_json(self) -> str:
        """Return the schedule as `parse` reads it, in one line without spaces.

        >>> Schedule([Entry(0, 10, 8, 4)]).to_json()
        '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}]'
        """
        entries = [
            {
                "from": datetime.fromtimestamp(entry.start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "seconds": entry.seconds,
                "groups": entry.groups,
                "buckets": entry.buckets,
            }
            for entry in self.entries
        ]
        return json.dumps(entries, separators=(",", ":"))

    def at(self, when: float) -> Entry:
        """Return the entry in force at `when` (epoch seconds); the first one also serves what is older."""
        return self.entries[max(bisect_right(self._starts, when) - 1, 0)]

    def address(self, created_at: float, author: str) -> Address:
        """Return the address of an event: a function of its content alone, so a duplicate has the same one."""
        entry = self.at(created_at)
        return Address(entry.pane(created_at), entry.seconds, entry.group(author), entry.groups)

    def buckets_at(self, when: int) -> int:
        """Return the number of hashtag buckets at `when`: that of its UTC day's start, so no day mixes two."""
        return self.at(when - when % DAY).buckets


def _entry(position: int, fields: object) -> Entry:
    if not isinstance(fields, dict) or set(fields) != {"from", "seconds", "groups", "buckets"}:
        raise ScheduleError(f"entry {position} must have exactly 'from', 'seconds', 'groups' and 'buckets'")
    numbers = [fields[name] for name in ("seconds", "groups", "buckets")]
    if any(type(number) is not int for number in numbers):
        raise ScheduleError(f"entry {position}: 'seconds', 'groups' and 'buckets' must be whole numbers")
    try:
        start = datetime.fromisoformat(fields["from"])
    except (TypeError, ValueError) as error:
        raise ScheduleError(f"entry {position}: 'from' must be an ISO 8601 time, not {fields['from']!r}") from error
    if start.tzinfo is None:
        raise ScheduleError(f"entry {position}: 'from' needs an offset from UTC, like {fields['from']}Z")
    try:
        return Entry(int(start.astimezone(UTC).timestamp()), *numbers)
    except ScheduleError as error:
        raise ScheduleError(f"entry {position}: {error}") from error
