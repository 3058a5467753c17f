"""While nothing gets through, the producer asks now and then, however much waits."""

from collections import Counter
from random import Random

from penstock.config import ProducerConfig
from penstock.delivery.calls import CallFailure, PutRecords
from penstock.delivery.core import Delivery
from tests.unit.penstock.delivery.fake_stream import FakeStream

REFUSED = CallFailure("EndpointConnectionError", "refused", None)


def test_the_longer_an_outage_lasts_the_calls_do_not_become_more() -> None:
    random = Random(1)
    core = Delivery(ProducerConfig(), random=random.random)
    stream = FakeStream(2)
    calls: Counter[int] = Counter()
    now = 0.0
    for number in range(60 * 30):
        core.add(f"key {random.randrange(20)}", None, b"data")
        while now < number / 30:
            for call in core.poll(now):
                if isinstance(call, PutRecords):
                    calls[int(now)] += 1
                core.answer(call, stream.answer(call) if now < 1 else REFUSED, now + 0.003)
            wake_at = core.wake_at()
            now = number / 30 if wake_at is None else min(max(wake_at, now + 0.001), number / 30)
    # One for each window of 0.1 seconds that gathers new events, and as many for what waits for another try.
    assert max(calls.values()) <= 25
    assert core.statistics().user_records_pending > 1700
