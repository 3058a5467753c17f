"""Which seeds are which worlds."""

from simulation.world.kinds import CROWDED_EVENTS, EVENTS, TIGHT_EVENTS, Kind


def test_ten_thousand_worlds_have_five_million_events() -> None:
    assert sum(Kind.of(seed).events for seed in range(10_000)) >= 5_000_000


def test_two_hundred_worlds_are_of_every_kind() -> None:
    kinds = [Kind.of(seed) for seed in range(200)]

    assert {kind.events for kind in kinds} == {EVENTS, TIGHT_EVENTS, CROWDED_EVENTS}
    assert {True, False} == {kind.has_views for kind in kinds} == {kind.has_botocore for kind in kinds}
    assert any(kind.is_tight and kind.events == CROWDED_EVENTS for kind in kinds)
