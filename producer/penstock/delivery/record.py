"""A Kinesis record on its way: an aggregate of one lane's events, or one event by itself."""

from abc import ABC, abstractmethod
from threading import Lock
from typing import Final

from penstock.aggregation import AggregateBuilder, UserRecord, deaggregate
from penstock.aggregation.builder import EMPTY_BYTES
from penstock.delivery.completion import Completion
from penstock.delivery.outcomes import Attempt
from penstock.hash_keys import hash_key
from penstock.routing import Lane, Shard

EVENT_OVERHEAD_BYTES: Final = 128
"""What an event is charged beyond its data and keys: about what Python's objects for it take."""

_KEPT_ATTEMPTS: Final = 32


class Record(ABC):
    """A Kinesis record from its first event to its outcome.

    Attributes:
        serial: grows from record to record; events that move to a younger record make it as old as theirs was.
        lane: where its events belong.
        completion: what its events' futures look at.
        tries: how often it was sent and the answer has come, or failed to.
        attempts: the last of these, oldest first.
        maybe_written: whether a failed attempt may have written it all the same.
        alone: whether it must not share a call, having been part of one that was refused as a whole.
        misplaced: whether some of its events are in the stream already, where not all readers find them.
    """

    __slots__ = ("alone", "attempts", "completion", "lane", "maybe_written", "misplaced", "serial", "tries")

    def __init__(self, serial: int, lane: Lane) -> None:
        self.serial = serial
        self.lane = lane
        self.completion = Completion()
        self.tries = 0
        self.attempts: tuple[Attempt, ...] = ()
        self.maybe_written = False
        self.alone = False
        self.misplaced = False

    def note_attempt(self, *, started_at: float, seconds: float, error_code: str | None) -> None:
        """Remember how a call that carried the record ended."""
        self.tries += 1
        attempt = Attempt(self.tries, started_at, seconds, error_code)
        self.attempts = (*self.attempts, attempt)[-_KEPT_ATTEMPTS:]

    @property
    @abstractmethod
    def partition_key(self) -> str:
        """The Kinesis record's partition key."""

    @property
    @abstractmethod
    def explicit_hash_key(self) -> str | None:
        """The Kinesis record's explicit hash key."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many events it holds."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes of its data."""

    @property
    @abstractmethod
    def user_data_bytes(self) -> int:
        """Bytes of its events' data, without keys and framing."""

    @property
    @abstractmethod
    def charge(self) -> int:
        """Bytes that its events hold of the producer's buffer."""

    @abstractmethod
    def data(self) -> bytes:
        """Return its data, the same bytes each time, so that a repeat is recognisable as one."""

    @abstractmethod
    def user_records(self) -> list[UserRecord]:
        """Return its events."""

    @property
    def record_bytes(self) -> int:
        """Bytes that count towards the largest record: its data and its partition key."""
        return self.size + len(self.partition_key.encode())

    @property
    def call_bytes(self) -> int:
        """Bytes that count towards the largest call. AWS names data and partition keys; this is never less."""
        return self.record_bytes + len(self.explicit_hash_key or "")

    @property
    def hash_key(self) -> int:
        """The hash key by which Kinesis assigns it to a shard."""
        return hash_key(self.partition_key) if self.explicit_hash_key is None else int(self.explicit_hash_key)

    def belongs_to(self, shard: Shard) -> bool:
        """Tell whether the hash keys of all its events are the shard's."""
        return all(
            shard.start
            <= (hash_key(event.partition_key) if event.explicit_hash_key is None else int(event.explicit_hash_key))
            <= shard.end
            for event in self.user_records()
        )


class AggregateRecord(Record):
    """An aggregate of one lane's events, even if it is only one: so a key's events keep one Kinesis key.

    Attributes:
        builder: what makes the aggregate; the record is open until the first call asks for its data.
    """

    __slots__ = ("_building", "builder")

    def __init__(self, serial: int, lane: Lane, builder: AggregateBuilder) -> None:
        super().__init__(serial, lane)
        self.builder = builder
        self._building = Lock()

    @property
    def partition_key(self) -> str:
        return self.lane.partition_key

    @property
    def explicit_hash_key(self) -> str:
        return self.lane.explicit_hash_key

    @property
    def count(self) -> int:
        return self.builder.count

    @property
    def size(self) -> int:
        return self.builder.size

    @property
    def user_data_bytes(self) -> int:
        return self.builder.data_bytes

    @property
    def charge(self) -> int:
        return self.builder.size - EMPTY_BYTES + EVENT_OVERHEAD_BYTES * self.builder.count

    def data(self) -> bytes:
        # A caller of a failed event's future may ask while the thread that makes the call does.
        with self._building:
            return self.builder.build()

    def user_records(self) -> list[UserRecord]:
        return deaggregate(self.data())


class PlainRecord(Record):
    """One event that is no part of an aggregate and keeps its own keys.

    Attributes:
        event: the event.
    """

    __slots__ = ("_record_bytes", "event")

    def __init__(self, serial: int, lane: Lane, event: UserRecord) -> None:
        super().__init__(serial, lane)
        self.event = event
        self._record_bytes = len(event.data) + len(event.partition_key.encode())

    @property
    def record_bytes(self) -> int:
        return self._record_bytes

    @property
    def partition_key(self) -> str:
        return self.event.partition_key

    @property
    def explicit_hash_key(self) -> str | None:
        return self.event.explicit_hash_key

    @property
    def count(self) -> int:
        return 1

    @property
    def size(self) -> int:
        return len(self.event.data)

    @property
    def user_data_bytes(self) -> int:
        return self.size

    @property
    def charge(self) -> int:
        return self.size + EVENT_OVERHEAD_BYTES

    def data(self) -> bytes:
        return self.event.data

    def user_records(self) -> list[UserRecord]:
        return [self.event]
