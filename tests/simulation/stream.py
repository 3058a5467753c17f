"""What clients send, well and badly, into two shards; the truth is told as it arrives."""

import json
import random
from collections import defaultdict

from tests.simulation.truth import Sent, Truth
from tests.unit.consumers.ingest.batches import Put, an_aggregate

SHARDS = ("shardId-000000000000", "shardId-000000000001")
AUTHORS = ("ada", "bob", "cyd", "dan", "eve")
TAGS = ("rivers", "lakes", "seas", "ponds", "wells")
GARBAGE = {
    "unreadable": (b"{", b"\xff\xfe", b"[1, 2]", b""),
    "invalid": (b"{}", b'{"kind": "nothing"}'),
}


class Stream:
    """Records by shard, in order of their sequence numbers, which grow by a digit."""

    def __init__(self, chance: random.Random, truth: Truth, horizon_seconds: int) -> None:
        self.shards: dict[str, list[Put]] = defaultdict(list)
        self._chance = chance
        self._truth = truth
        self._horizon = horizon_seconds
        self._sent: list[Sent] = []
        self._next = {shard: chance.choice([97, 98, 99, 998]) for shard in SHARDS}

    def put(self, now: float) -> None:
        """Put a record that arrives now: plain or aggregated, new, repeated or bad."""
        chance = self._chance
        shard = chance.choice(SHARDS)
        sequence = self._next[shard]
        self._next[shard] += chance.choice([1, 1, 1, 7])
        payloads = [self._payload(now) for _ in range(chance.choice([1, 1, 2, 3, 5]))]
        aggregated = len(payloads) > 1 or chance.random() < 0.2
        whole = an_aggregate(*((chance.choice(AUTHORS), data) for data, _ in payloads))
        data = whole if aggregated else payloads[0][0]
        if aggregated and chance.random() < 0.1:
            damaged = bytearray(data)
            damaged[chance.randrange(4, len(data))] ^= 1 << chance.randrange(8)
            data = bytes(damaged)
            self._truth.spoilt((shard, sequence, 0), "damaged_aggregate")
        else:
            for number, (_, content) in enumerate(payloads):
                position = shard, sequence, number
                if isinstance(content, Sent):
                    self._truth.arrived(content, position, now)
                else:
                    self._truth.spoilt(position, content)
        self.shards[shard].append(Put(sequence, data, chance.choice(AUTHORS), now, shard))

    def _payload(self, now: float) -> tuple[bytes, Sent | str]:
        """Return a payload, and the event that it is or why it is none."""
        if self._chance.random() < 0.08:
            reason = self._chance.choice(list(GARBAGE))
            return self._chance.choice(GARBAGE[reason]), reason
        if self._sent and self._chance.random() < 0.35:
            event = self._chance.choice(self._sent)
        else:
            event = self._event(now)
            self._sent.append(event)
        return json.dumps(event.fields()).encode(), event

    def _event(self, now: float) -> Sent:
        chance = self._chance
        age = chance.choice(
            [
                chance.randint(0, 90),
                chance.randint(300, 1_200),  # of the hour that is closed about now
                chance.randint(300, 1_200),
                chance.randint(0, 4_000),
                chance.randint(self._horizon - 60, self._horizon),
                chance.randint(self._horizon + 1, self._horizon + 60),
                -chance.randint(0, 299),
                -chance.randint(301, 400),
            ]
            if chance.random() < 0.5
            else [chance.randint(0, 30)]
        )
        platform, author = chance.choice(["bluesky", "mastodon"]), chance.choice(AUTHORS)
        own = sum((platform, author) == (sent.platform, sent.author) for sent in self._sent)
        return Sent(
            event_id=None if chance.random() < 0.1 else str(own),  # others' events have the same ids
            platform=platform,
            author=author,
            created=int(now) - age,
            kind=chance.choice(["post", "like"]),
            lang=chance.choice([None, "en", "de"]),
            hashtags=tuple(chance.sample(TAGS, chance.randint(0, 3))),
        )
