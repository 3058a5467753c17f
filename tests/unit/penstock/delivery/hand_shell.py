"""A shell whose clock is moved by hand: each call waits until the test answers it."""

from collections.abc import Sequence
from typing import Any

from penstock.aggregation import UserRecord
from penstock.config import ProducerConfig
from penstock.delivery.calls import Answer, Call, ListShards, PutRecords
from penstock.delivery.completion import Completion
from penstock.delivery.core import Delivery
from penstock.delivery.outcomes import Failure, PutResult
from tests.unit.penstock.delivery.fake_stream import FakeStream


class Fate:
    """What becomes of an event that was put."""

    def __init__(self, completion: Completion, index: int) -> None:
        self._completion, self._index = completion, index

    @property
    def outcome(self) -> PutResult | Failure | None:
        return self._completion.outcome(self._index)

    @property
    def result(self) -> PutResult:
        assert isinstance(self.outcome, PutResult), self.outcome
        return self.outcome

    @property
    def failure(self) -> Failure:
        assert isinstance(self.outcome, Failure), self.outcome
        return self.outcome

    @property
    def failed_event(self) -> UserRecord:
        return self.failure.events[self._completion.final_index(self._index)]


class HandShell:
    """Feeds the core and keeps the calls that it asks for."""

    def __init__(
        self,
        stream: FakeStream | None = None,
        *,
        listed: bool = True,
        random: float = 1.0,
        **options: Any,  # noqa: ANN401 - ProducerConfig's, each of its own type
    ) -> None:
        self.stream = stream or FakeStream()
        self.now = 0.0
        self.random = random
        config = ProducerConfig(**{"shard_refresh_seconds": 86_400, **options})
        self.core = Delivery(config, random=lambda: self.random, epoch=1000.0)
        self.calls: list[Call] = []
        if listed:
            # The first event brings the listing about; it is out of the way when the test begins.
            self.listed_at = self.now
            self.put("first", b"first")
            self.answer_all()
            self.wait(60)
            self.answer_all()

    def put(self, key: str, data: bytes = b"data", explicit: str | None = None) -> Fate:
        receipt = self.core.add(key, explicit, data)
        assert receipt is not None, "no room"
        if self.core.urgent:
            self._poll()
        return Fate(*receipt)

    def wait(self, seconds: float) -> None:
        """Let time pass, waking the core when it asks to be."""
        until = self.now + seconds
        while (wake_at := self.core.wake_at()) is not None and wake_at <= until:
            self.now = max(self.now, wake_at)
            self._poll()
        self.now = until

    def answer(self, call: Call, answer: Answer | None = None) -> None:
        """Answer a call, by default as the stream does."""
        self.calls.remove(call)
        self.core.answer(call, answer or self.stream.answer(call), self.now)
        self._poll()

    def answer_all(self) -> None:
        """Answer calls until there are none."""
        while self.calls:
            self.answer(self.calls[0])

    def flush(self) -> int:
        mark = self.core.flush()
        self._poll()
        return mark

    @property
    def puts(self) -> Sequence[PutRecords]:
        return [call for call in self.calls if isinstance(call, PutRecords)]

    @property
    def put_call(self) -> PutRecords:
        """The one PutRecords call under way."""
        [call] = self.puts
        return call

    @property
    def listing(self) -> ListShards:
        """The one ListShards call under way."""
        [call] = [call for call in self.calls if isinstance(call, ListShards)]
        return call

    def _poll(self) -> None:
        self.calls += self.core.poll(self.now)
        assert not self.core.urgent
