"""Write units by the model, next to what the benchmark of units measured of the real code (docs/performance.md)."""

from random import Random

import pytest

from load.calibration.calibration import default_calibration
from load.configuration import Configuration
from load.model.applying import Rollup
from load.model.calls import Calls
from load.model.ingesting import Ingest, writers
from load.model.sizes import Sizes
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.workload.shapes import steady

MEASURED = {
    (10, 1): 1.228, (10, 5): 0.330, (10, 20): 0.137, (10, 60): 0.112,
    (100, 1): 0.249, (100, 5): 0.071, (100, 20): 0.035, (100, 60): 0.027,
    (1_000, 1): 0.080, (1_000, 5): 0.027, (1_000, 20): 0.017, (1_000, 60): 0.015,
    (10_000, 1): 0.026, (10_000, 5): 0.014, (10_000, 20): 0.011, (10_000, 60): 0.011,
    (100_000, 1): 0.012, (100_000, 5): 0.010,
}  # fmt: skip
"""Write units an event, log and trends without views, by events a second and batching window."""


@pytest.mark.parametrize(("rate", "window"), MEASURED)
def test_units_an_event_are_those_measured_of_the_code(rate: int, window: int) -> None:
    calibration, configuration = default_calibration(), Configuration(shards=1)
    sizes = Sizes(calibration, configuration, Traffic(steady(rate, 3_600)))
    random = Random(1)
    calls = Calls(AWS, random)
    ingest = Ingest(configuration, calibration, AWS, sizes, calls)
    rollup = Rollup(configuration, calibration, AWS, sizes, calls, shards=1)

    units = 0.0
    for batch in range(60 // window):
        start = 60.0 + batch * window
        _, folded = ingest.run(
            0, records=1, events=rate * window, first=start, last=start + window - 1e-6, random=random
        )
        units += folded.write_units + rollup.run([folded], 1.0, random).write_units

    assert units / (rate * 60) == pytest.approx(MEASURED[rate, window], rel=0.1 if rate >= 100 else 0.2)


def test_each_key_group_has_one_writer_where_there_are_as_many_groups_as_slices() -> None:
    assert writers(Configuration(shards=8, key_groups=8)) == 1
    assert writers(Configuration(shards=16, key_groups=8)) == 2
    assert writers(Configuration(shards=4, key_groups=64, ingest_parallelization_factor=4, lanes_per_shard=16)) == 1
    assert 2 < writers(Configuration(shards=8, key_groups=8, ingest_parallelization_factor=4, lanes_per_shard=4)) < 4
