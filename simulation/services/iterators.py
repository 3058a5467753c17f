"""Shard iterators, of Kinesis and of DynamoDB Streams: each says all that is known of it, services keep none."""

from collections.abc import Callable
from typing import NamedTuple, Self

from simulation.services.service import SimulatedService, client_error


class Iterator(NamedTuple):
    """A position in a shard, and when it was given out, epoch seconds."""

    stream: str
    shard_id: str
    position: int
    given_at: float

    def __str__(self) -> str:
        """Return the text by which a caller knows it."""
        return f"{self.stream}/{self.shard_id}/{self.position}/{self.given_at!r}"

    @classmethod
    def parse(cls, text: str, code: str) -> Self:
        """Return the iterator that a text is.

        Raises:
            ClientError: it is none; with the service's error code for that.
        """
        try:
            stream, shard_id, position, given_at = text.split("/")
            return cls(stream, shard_id, int(position), float(given_at))
        except ValueError:
            raise client_error(code, "GetRecords", f"{text!r:.80} is no iterator") from None


class ReadByIterators(SimulatedService):
    """What a service has in common whose shards are read by iterators."""

    def __init__(self, service: str, throttle_code: str, clock: Callable[[], float], iterator_seconds: float) -> None:
        """`clock` tells epoch seconds; an iterator can be used for so long."""
        super().__init__(service, throttle_code)
        self.given: Callable[[int], int] = lambda most: most
        """How many records an answer of GetRecords brings of those it could: "it might take multiple calls"."""
        self._clock = clock
        self._iterator_seconds = iterator_seconds
        self._iterators_since = float("-inf")

    def expire_iterators(self) -> None:
        """Let every iterator that was given out until now be too old."""
        self._iterators_since = self._clock()

    def check_age(self, iterator: Iterator, now: float) -> None:
        """Refuse an iterator that is too old.

        Raises:
            ClientError: it is.
        """
        age = now - iterator.given_at
        if age > self._iterator_seconds or iterator.given_at <= self._iterators_since:
            raise client_error("ExpiredIteratorException", "GetRecords", f"given {age} s ago")
