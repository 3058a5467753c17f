"""What an exercise has at hand: a running stack, events to put, and what tells how it fares."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import uuid4

from local.run.trends_client import TrendsClient
from local.stack import LocalStack
from penstock import Producer, SocialEvent

PATIENCE_SECONDS: Final = 120.0
"""How long anything may take to be seen: functions start anew, and mappings back off."""
LOOK_SECONDS: Final = 0.25


class DrillError(Exception):
    """What an exercise should show was not to be seen."""


class Seen(NamedTuple):
    """What told of a fault."""

    alarm: str
    """The alarm of the template that would be on, if this lasted."""
    what: str
    value: float


class Drill:
    """One exercise on a running stack.

    Args:
        stack: runs; nobody else puts events into it meanwhile.
        say: is told each step, in a line.
        clock: seconds.
        wait: lets seconds pass.
    """

    def __init__(
        self,
        stack: LocalStack,
        say: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.stack = stack
        self.say = say
        self.seen: list[Seen] = []
        self._clock = clock
        self._wait = wait
        self._trends = TrendsClient(
            stack.url, started=datetime.now(UTC), dedup_days=stack.dedup_days, authorization=stack.authorization
        )
        self._run = uuid4().hex[:8]
        self._made = 0
        self._expected = self._trends.events()

    def events(self, count: int, **fields: Any) -> list[SocialEvent]:  # noqa: ANN401 - of an event
        """Return new events."""
        made = []
        for _ in range(count):
            self._made += 1
            given: Mapping[str, Any] = {
                "event_id": f"{self._run}-{self._made}",
                "kind": "post",
                "platform": "gameday",
                "author": f"author-{self._made % 50}",
                "created_at": datetime.now(UTC),
                "hashtags": ["gameday"],
                **fields,
            }
            made.append(SocialEvent(**given))
        return made

    def put(self, events: list[SocialEvent]) -> None:
        """Put events by the SDK, as a client does, and expect them in the trends."""
        with Producer(self.stream, client=self.stack.client("kinesis", attempts=1)) as producer:
            for event in events:
                producer.put(event)
        self.expect(len(events))
        self.say(f"put {len(events)} events")

    def expect(self, count: int) -> None:
        """Expect so many more events in the trends."""
        self._expected += count

    def put_records(self, records: list[bytes], partition_key: str) -> int:
        """Put records without the SDK, all with one partition key; return how many the stream refused."""
        entries = [{"Data": each, "PartitionKey": partition_key} for each in records]
        answer = self.stack.client("kinesis", attempts=1).put_records(StreamName=self.stream, Records=entries)
        return int(answer["FailedRecordCount"])

    @property
    def stream(self) -> str:
        """The stream's name."""
        return self.stack.outputs["StreamName"]

    def metric(self, name: str, service: str) -> float:
        """Return a metric's sum since the stack's start."""
        return self.stack.metrics.total(name, service=service)

    def see(self, alarm: str, what: str, read: Callable[[], float], *, least: float = 1.0) -> None:
        """Wait until a number has risen by `least` since this was prepared, and say which alarm watches it.

        Raises:
            DrillError: it never does.
        """
        self._until(lambda: read() >= least, f"{what}: never {least:g}")
        self.seen.append(Seen(alarm, what, read()))
        self.say(f"seen: {what} {self.seen[-1].value:g}, which {alarm} watches")

    def since_now(self, read: Callable[[], float]) -> Callable[[], float]:
        """Return what tells by how much a number has risen since now."""
        before = read()
        return lambda: read() - before

    def come_back(self) -> None:
        """Wait until every event is in the trends, once.

        Raises:
            DrillError: some are not, or some more than once.
        """
        self._until(lambda: self._trends.events() >= self._expected, "events are missing in the trends")
        counted = self._trends.events()
        if counted != self._expected:
            raise DrillError(f"{counted} events are counted, which are {self._expected}")
        self.say(f"every event is counted, once: {counted} in all")

    def counted(self) -> int:
        """Return how many events the trends have."""
        return self._trends.events()

    def _until(self, holds: Callable[[], bool], otherwise: str) -> None:
        deadline = self._clock() + PATIENCE_SECONDS
        while not holds():
            self.stack.check()
            if self._clock() > deadline:
                raise DrillError(f"{otherwise}, in {PATIENCE_SECONDS:g} s; logs are in {self.stack.directory}")
            self._wait(LOOK_SECONDS)
