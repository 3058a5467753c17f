"""Where it is said that how windows stand to each other can't be told."""

import pytest

from load.calibration.calibration import default_calibration
from load.configuration import Configuration
from load.model.surroundings import AWS, Surroundings, local_stack
from load.model.windows import unpredictable_windows

LOCAL = local_stack(default_calibration().local)


@pytest.mark.parametrize(
    ("surroundings", "ingest", "rollup", "said"),
    [(LOCAL, 2, 2, True), (LOCAL, 5, 5, True), (LOCAL, 2, 3, False), (LOCAL, 0, 0, False), (AWS, 2, 2, False)],
)
def test_windows_of_equal_length_on_a_stack_that_starts_with_the_run(
    surroundings: Surroundings, ingest: int, rollup: int, said: bool
) -> None:
    configuration = Configuration(ingest_window_seconds=ingest, rollup_window_seconds=rollup)

    found = unpredictable_windows(configuration, surroundings)

    assert (found is not None) is said
    assert found is None or f"{ingest} s both" in found
