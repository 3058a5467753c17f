"""When a run's probes are due."""

from threading import Event

from load.generator.probe import Probe
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
