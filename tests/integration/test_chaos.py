"""Producers and functions are killed, calls fail, and in the end each event is counted exactly once.

`make soak` sets CHAOS_ROUNDS to let it last for minutes.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.integration.chaos import BURST, PRODUCERS, TAGS, WRITERS, Chaos, fingerprint_of

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "12"))


@pytest.mark.timeout(300 + 5 * ROUNDS)
def test_whatever_is_killed_each_event_counts_exactly_once(tmp_path: Path) -> None:
    chaos = Chaos(seed=11, directory=tmp_path)
    try:
        for _ in range(ROUNDS):
            chaos.round()
        chaos.settle()

        marks = chaos.marks()
        assert len(set(marks)) == len(marks), "an event is in the log twice"
        put = {fingerprint_of(event_id): event_id for event_id in chaos.put}
        assert put.keys() <= set(marks), "an event is lost"
        # Killed between the put and the word of it, a writer has put one call's events more at most.
        runs = chaos.killed["producer"]
        unknown = len(marks) - len(put)
        assert unknown <= runs * WRITERS * BURST

        told = Counter(f"tag{int(event_id.rpartition('-')[2]) % TAGS}" for event_id in chaos.put)
        logged, reported = chaos.logged(), chaos.reported()
        assert reported["kind"] == {"post": len(marks)}
        assert reported["platform"] == {"chaos": len(marks)}
        assert reported["hashtag"] == logged["hashtag"]
        assert reported["hashtag"].total() == len(marks)
        assert (reported["hashtag"] - told).total() == unknown

        assert sorted(chaos.failed_events()) == sorted(chaos.damaged)
        assert chaos.killed["producer"] > PRODUCERS
        assert chaos.killed["function"] > 0
        assert len(chaos.failed) >= 5, "little has failed"
        print(f"{len(marks)} events, killed {dict(chaos.killed)}, failed {dict(chaos.failed)}")  # noqa: T201 - for -s
    finally:
        chaos.close()
