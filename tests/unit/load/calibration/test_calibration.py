"""Calibrations as files: what nothing can have cost is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from load.calibration.calibration import default_calibration, read_calibration
from load.errors import InputError


def test_a_calibration_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(default_calibration().model_dump_json(), encoding="utf-8")
    assert read_calibration(path) == default_calibration()


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (("version",), 3, "version: Input should be 4, not 3"),
        (("rollup", "seconds"), {}, "rollup: seconds should be those of batch, segment, unit; found none"),
        (("ingest", "seconds", "event"), float("nan"), "ingest.seconds.event: .* finite number, not nan"),
        (("ingest", "seconds", "event"), float("inf"), "ingest.seconds.event: .* finite number, not inf"),
        (("views", "seconds", "batch"), -0.1, "views.seconds.batch: .* greater than or equal to 0, not -0.1"),
        (("views", "seconds", "batch"), 1e308, r"views.seconds.batch: .* less than or equal to 3600, not 1e\+308"),
        (("processor_megabytes",), 0, "processor_megabytes: Input should be greater than 0, not 0"),
        (("local", "log", "median"), 1e-308, "local.log.median: .* greater than or equal to 0.000001, not 1e-308"),
        (("local", "starts", "views", "p99"), 0, "local.starts.views.p99: .* greater than or equal to 0.000001, not 0"),
        (("counts", "at", 1), 0.0, "counts: at should rise by 0.001 or more each time, not from 0.0 to 0.0"),
        (("counts", "at", 1), 1e-320, "counts: at should rise by 0.001 or more each time, not from 0.0 to 1e-320"),
        (("counts", "at", 2), 0.5, "counts: at should rise by 0.001 or more each time, not from 1.0 to 0.5"),
        (("top_list", "at"), [0.0, 1.0], "top_list: at has 2 values and bytes_there 8: as many belong"),
    ],
)
def test_a_damaged_calibration_is_refused_with_the_place_and_the_value(
    tmp_path: Path, place: tuple[str | int, ...], value: object, why: str
) -> None:
    document = default_calibration().model_dump(mode="json")
    within: Any = document
    for each in place[:-1]:
        within = within[each]
    within[place[-1]] = value
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=rf"mine\.json is no calibration: {why}.*; penstock-load calibrate makes one$"):
        read_calibration(path)
