"""What clients send, well and badly: each has a producer, and starts another when that was killed."""

import json
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise, permutations, product
from pathlib import Path
from typing import TYPE_CHECKING, Final

from penstock.config import MIB, ProducerConfig
from simulation.scheduler import Killed
from simulation.world.hostile.payloads import no_event
from simulation.world.producer import ProducerProcess
from simulation.world.tight import is_tight
from simulation.world.truth import Sent

if TYPE_CHECKING:
    from simulation.world.world import World

AUTHORS: Final = ("ada", "bob", "cyd", "dan", "eve")
TAGS: Final = ("rivers", "lakes", "seas", "ponds", "wells")
CONTENTS: Final = tuple(
    product(
        ("bluesky", "mastodon"),
        ("post", "like"),
        (None, "en", "de"),
        [
            tags
            for number, times in enumerate((60, 12, 3, 1))  # each number as likely as the others
            for tags in times * list(permutations(TAGS, number))
        ],
    )
)
"""Platform, kind, language and hashtags of an event, drawn at once."""
LONG_TEXT: Final = b"x" * 20_001
TOO_LONG_TEXT: Final = b"x" * (MIB + 1)
"""One character more than an event may have."""


class Client:
    """One client, of whose events the truth is told as they arrive.

    Attributes:
        accepted: The payloads of events that its producer took, in the order of their puts, by partition key.
        ordered: Whether its producer keeps the order of a key's events.
        failures: Why its producers gave events back.
        done: Whether it has sent all that it had to send, and its last producer has been closed.
    """

    def __init__(self, world: "World", number: int, directory: Path) -> None:
        self.accepted: defaultdict[str, list[bytes]] = defaultdict(list)
        self.failures: list[str] = []
        self.processes: list[ProducerProcess] = []
        self.done = False
        chance = world.scheduler.chance
        self.ordered = chance.random() < 0.6
        config = ProducerConfig(
            ordered=self.ordered,
            spool=str(directory),
            spool_bytes=4 * MIB,
            spool_fsync=chance.choice(["always", "never"]),
            buffer_bytes=4 * MIB,
            aggregate_bytes=chance.choice([2_000, 51_200]),
            lanes_per_shard=chance.choice([1, 4]),
            linger_seconds=chance.choice([0.1, 1.0]),
        )
        self.config = world.bounds.of_producer(config)
        faults = world.faults
        skewed = faults.strikes("clock_skew")
        self._skew = faults.chance("clock_skew").uniform(-240, 240) if skewed else 0.0
        self._world = world
        self._number = number
        self._name = f"producer-{number}"
        self._directory = directory
        self._events = 0
        self._process = self._start()
        world.scheduler.spawn(self._run)

    def _start(self) -> ProducerProcess:
        world = self._world
        name = f"{self._name}.{len(self.processes) + 1}"
        process = ProducerProcess(
            world.scheduler,
            name,
            self.config,
            directory=self._directory,
            client=lambda process: world.producer_client(process, self.config),
            stream=world.stream.name,
        )
        self.processes.append(process)
        return process

    def _run(self) -> None:
        world = self._world
        scheduler = world.scheduler
        chance = scheduler.chance
        sizes = self._sizes(sum(bursts for _, bursts in world.phases))
        for start, bursts in world.phases:
            if start > scheduler.now:
                scheduler.sleep(start - scheduler.now)
            for _ in range(bursts):
                if world.faults.looms("producer_killed"):
                    self._have_killed()
                for _ in range(sizes.pop()):
                    self._survive(self._put_one)
                    if chance.random() < 0.06:
                        scheduler.sleep(chance.choice([0.001, 0.02, 0.3]))
                scheduler.sleep(chance.choice([0.2, 1.0, 5.0, 20.0]))
        self._survive(self._flush)
        self.failures += self._process.failures()
        self._process.close()
        self.done = True

    def _sizes(self, bursts: int) -> list[int]:
        """Cut what it has to send into as many bursts, of any sizes."""
        events = self._world.events_of_a_client
        cuts = sorted(self._world.scheduler.chance.randint(0, events) for _ in range(bursts - 1))
        return [end - start for start, end in pairwise([0, *cuts, events])]

    def _survive(self, act: Callable[[], object]) -> None:
        """Do something, again with another process if this one is killed meanwhile."""
        while True:
            try:
                self._process.check()
                act()
            except Killed:
                if not self._process.dead:
                    raise
                self.failures += self._process.failures()
                self._world.scheduler.sleep(self._world.scheduler.chance.choice([0.1, 3.0, 30.0]))
                self._process = self._start()
            else:
                return

    def _flush(self) -> None:
        self._process.flush()

    def _have_killed(self) -> None:
        """Have the process killed in a moment."""
        faults, process = self._world.faults, self._process
        chance = faults.chance("producer_killed")
        machine_fails = self.config.spool_fsync == "always" and chance.random() < 0.5

        def end() -> None:
            if not process.dead:
                faults.struck("producer_killed")
                self._world.trace.note(process.name, "killed")
                process.end(machine_fails=machine_fails)

        def tear() -> None:
            faults.struck("torn_tail")
            end()

        process.disk.torn = tear
        if faults.looms("torn_tail"):
            process.disk.tears = True
        else:
            self._world.scheduler.spawn(end, delay=chance.uniform(0, 2.0))

    def _put_one(self) -> None:
        key, data, content = self._payload()
        self._world.truth.means(data, content)
        known = data in self._world.put_before
        self._process.put(key, data)
        if len(data) > MIB:
            return  # it is given back, as it must be
        self._world.put_before.add(data)
        self._world.accepted[data] += 1
        if not known and isinstance(content, Sent):
            self.accepted[key].append(data)
            if self.ordered:
                self._world.delivery_order.put((self._number, key), data)

    def _payload(self) -> tuple[str, bytes, Sent | str]:
        """Return a partition key, a payload, and the event that it is or why it is none."""
        world, chance = self._world, self._world.scheduler.chance
        faults = world.faults
        if faults.strikes("malformed_event"):
            return chance.choice(AUTHORS), *no_event(chance, lambda: self._event().fields())
        if faults.strikes("oversize_event"):
            event = self._event()
            text = LONG_TEXT if chance.random() < 0.7 and not is_tight(self.config) else TOO_LONG_TEXT
            fields = json.dumps(event.fields()).encode()
            return event.author, b'%b, "text": "%b"}' % (fields.removesuffix(b"}"), text), "invalid"
        if world.sent and faults.strikes("repeated_event"):
            event = chance.choice(world.sent)
            world.repeat(json.dumps(event.fields()).encode())
        else:
            event = self._event()
            world.sent.append(event)
        return event.author, json.dumps(event.fields()).encode(), event

    def _event(self) -> Sent:
        world, chance = self._world, self._world.scheduler.chance
        self._events += 1
        age = chance.uniform(0, 30) + self._skew
        if world.faults.strikes("untimely_event"):
            age = chance.choice(
                [
                    chance.uniform(300, 1_200),  # of the hour that is closed about now
                    chance.uniform(300, 1_200),
                    chance.uniform(0, 4_000),
                    chance.uniform(world.horizon - 60, world.horizon),
                    chance.uniform(world.horizon + 1, world.horizon + 60),
                    -chance.uniform(0, 299),
                    -chance.uniform(301, 400),
                ]
            )
        platform, kind, lang, hashtags = chance.choice(CONTENTS)
        return Sent(
            event_id=None if chance.random() < 0.05 else str(self._events),  # others' events have the same ids
            platform=platform,
            author=f"{chance.choice(AUTHORS)} of {self._name}",
            created=int(world.scheduler.now - age),
            kind=kind,
            lang=lang,
            hashtags=hashtags,
        )
