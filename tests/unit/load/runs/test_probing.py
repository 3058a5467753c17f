"""When a run's probes are due, and which of them are lost."""

from threading import Event

from load.generator.probe import Acknowledged, Probe
from load.runs.probing import Probing
from load.runs.reporting_api import ReportingApi
from penstock import SocialEvent

BEGIN = -6.0
"""When the load begins."""
INTERVAL = 0.1
EPOCH = 1_800_000_000.0
"""What the clock's 0 is."""


def due(now: float) -> float:
    """Return when the first probe is due, in the clock's time, which does not go on."""
    put: list[Probe] = []
    there = Event()

    def take(probe: Probe) -> None:
        put.append(probe)
        probing.stop_sending()
        there.set()

    probing = Probing(
        take,
        ReportingApi("http://127.0.0.1:9"),
        name="run",
        interval=INTERVAL,
        seed=0,
        epoch=EPOCH,
        clock=lambda: now,
        first=BEGIN,
        visible=lambda _: None,
        answered=lambda *_: None,
    )
    with probing:
        assert there.wait(30)
    return SocialEvent.model_validate_json(put[0].data).created_at.timestamp() - EPOCH


def test_no_probe_is_due_before_the_load_begins() -> None:
    assert BEGIN <= due(BEGIN - INTERVAL / 2) < BEGIN + INTERVAL


def test_the_first_probe_is_due_soon_after_a_load_that_has_begun() -> None:
    assert BEGIN + 3 <= due(BEGIN + 3) < BEGIN + 3 + INTERVAL


class OneSeen:
    """A reporting API that counts one event of the first hashtag."""

    def totals(self, _dimension: str, values: list[str], *, start: str) -> dict[str, int]:
        assert start
        return {values[0]: 1}


def test_probes_are_lost_wherever_they_wait_or_were_given_up() -> None:
    put: list[Probe] = []
    there, seen = Event(), Event()

    def take(probe: Probe) -> None:
        put.append(probe)
        if len(put) == 5:
            probing.stop_sending()
            there.set()

    probing = Probing(
        take,
        OneSeen(),  # type: ignore[arg-type] # as much of a client as is asked
        name="run",
        interval=INTERVAL,
        seed=0,
        epoch=EPOCH,
        clock=lambda: 100.0 * bool(put),  # once the first is put, all others are due
        first=0.0,
        visible=lambda _: seen.set(),
        answered=lambda *_: None,
    )
    with probing:
        assert there.wait(30)
        for number, failure in ((0, None), (1, None), (2, "there was no room")):
            probing.acknowledged(Acknowledged(number, 0.0, failure), 50.0)
        assert seen.wait(30)
        assert probing.lost(INTERVAL) == 0, "the first has become visible"
        assert probing.lost(2 * INTERVAL) == 1, "the second is acknowledged, and waits"
        assert probing.lost(3 * INTERVAL) == 2, "the third was given up"
        assert probing.lost(100.0) == 4, "two are still in the SDK"
