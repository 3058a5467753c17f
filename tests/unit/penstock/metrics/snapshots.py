"""Snapshots of a producer's statistics, from a core that is driven by hand."""

from penstock.delivery.statistics import Statistics
from tests.unit.penstock.delivery.fake_stream import LOST, FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell

LOW, HIGH = "shardId-000000000000", "shardId-000000000001"


class Traffic:
    """A producer for two shards, of which the tests send events to the first, the second, or in vain."""

    def __init__(self) -> None:
        self._shell = HandShell(FakeStream(shards=2), listed=False)

    def snapshot(self) -> Statistics:
        return self._shell.core.statistics()

    def put(self, events: int, shard_id: str = LOW) -> None:
        """Have events acknowledged."""
        self.leave_pending(events, shard_id)
        self._shell.answer_all()
        self._shell.flush()
        self._shell.answer_all()

    def leave_pending(self, events: int, shard_id: str = LOW) -> None:
        for number in range(events):
            self._shell.put(f"key-{number}", b"12345", explicit="0" if shard_id == LOW else str(2**127))

    def throttle_once(self, shard_id: str) -> None:
        """Have a record throttled, and acknowledged when it comes again."""
        codes = ["ProvisionedThroughputExceededException"]
        self._shell.stream.fault = lambda at: codes.pop() if codes and at == shard_id else None
        self.put(1, shard_id)
        self._shell.wait(60)
        self._shell.answer_all()

    def lose_a_call(self) -> None:
        """Have a call's answer lost, and the next come."""
        self.leave_pending(1)
        self._shell.flush()
        self._shell.answer(self._shell.put_call, LOST)
        self._shell.wait(60)
        self._shell.answer_all()

    def refuse(self) -> None:
        """Have an event fail for good."""
        self._shell.put("key", bytes(2**20))
