"""Nothing is lost and nothing is kept for nothing, in whatever order things happen."""

from pathlib import Path
from random import Random

import pytest

from penstock.aggregation import UserRecord
from penstock.delivery.calls import CallFailure, ListShards, PutRecords
from penstock.delivery.receipts import Receipts
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.delivery.hand_shell import Fate
from tests.unit.penstock.spool.leftovers import left_in
from tests.unit.penstock.spool.spooling_shell import SpoolingShell, data_of


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_each_event_is_in_the_stream_or_in_the_spool_or_given_back(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    stream = FakeStream(shards=2)
    put: list[bytes] = []
    given_back: set[bytes] = set()
    left: list[bytes] = []
    for _ in range(4):
        shell = SpoolingShell(
            tmp_path,
            stream,
            ordered=random.random() < 0.3,
            when_full="wait" if left else random.choice(["wait", "drop_oldest"]),
            time_to_live_seconds=random.choice([None, None, 5]),
            backoff_base_seconds=0.1,
        )
        fates: list[tuple[bytes, Fate]] = []
        stream.fault = lambda _: random.choice(
            [None, None, "InternalFailure", "ProvisionedThroughputExceededException"]
        )
        for _ in range(40):
            for _ in range(random.randrange(4)):
                receipts = Receipts()
                events = [
                    UserRecord(f"key-{random.randrange(20)}", None, b"%d" % (len(put) + n) + bytes(size))
                    for n, size in enumerate(random.choices([0, 1000, 60_000], k=random.randrange(1, 4)))
                ]
                assert shell.core.add_many(events, receipts) == len(receipts)
                for event, completion, index in zip(events, receipts.completions, receipts.indexes, strict=False):
                    put.append(event.data)
                    fates.append((event.data, Fate(completion, index)))
            shell.wait(random.choice([0, 0, 0.05, 2]))
            if shell.calls and random.random() < 0.7:
                call = random.choice(shell.calls)
                lost = CallFailure("ReadTimeoutError", "no answer in time", None)
                failure = lost if isinstance(call, PutRecords) and random.random() < 0.2 else None
                if failure is not None and random.random() < 0.5 and isinstance(call, PutRecords | ListShards):
                    stream.answer(call)  # what was lost is the answer alone
                shell.answer(call, failure)
                shell.core.take_observers()
            if random.random() < 0.03:
                shard = random.choice(stream.open_shards)
                stream.split(shard, (shard.start + shard.end) // 2)
        shell.end()
        given_back |= {
            data for data, fate in fates if fate.outcome is not None and _reason(fate) not in {None, "UndeliveredError"}
        }
        left = left_in(tmp_path)
        assert len(left) == len(set(left))
        there = set(data_of(stream))
        assert set(put) <= there | set(left) | given_back
        assert there <= set(put)
        acknowledged = {data for data, fate in fates if fate.outcome is not None and _reason(fate) is None}
        assert not acknowledged & set(left)
    stream.fault = lambda _: None
    shell = SpoolingShell(tmp_path, stream)
    shell.deliver()
    shell.end()
    assert set(data_of(stream)) | given_back >= set(put)
    assert left_in(tmp_path) == []


def _reason(fate: Fate) -> str | None:
    kind = getattr(fate.outcome, "kind", None)
    return None if kind is None else kind.__name__
