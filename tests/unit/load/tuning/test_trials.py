"""A configuration that is run for real has what the model says of it beside it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from load.calibration.calibration import default_calibration
from load.commands import cli
from load.configuration import Configuration
from load.model.surroundings import local_stack
from load.model.traffic import Traffic
from load.report.files import read_report
from load.report.model import Finding, Report, Trial
from load.report.settings import planned_settings
from load.runs.run import Never, RunOptions
from load.runs.stub_target import StubTarget
from load.tuning import trials
from load.workload.events import EventShape
from load.workload.parsing import parse_profile
from tests.unit.load.report.a_report import report

LIMIT = Finding(kind="limit", text="the machine was 90% busy")


def test_what_was_measured_stands_beside_what_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[RunOptions] = []

    def run(options: RunOptions, *_: object, **__: object) -> Report:
        asked.append(options)
        remark = Finding(kind="remark", text="of no weight")
        return report().model_copy(update={"findings": (LIMIT, remark)})

    monkeypatch.setattr(trials, "run", run)
    traffic = Traffic(parse_profile("steady:200", 30.0), EventShape(), 2)
    configuration = Configuration(linger_seconds=0.5, ingest_window_seconds=0)

    tried = trials.trial(
        StubTarget(2),
        configuration,
        traffic,
        calibration=default_calibration(),
        surroundings=local_stack(default_calibration().local),
        seed=7,
        show=lambda _: None,
        wish=Never(),
    )

    (options,) = asked
    assert (options.profile, options.processes, options.seed) == (traffic.profile, 2, 7)
    assert options.producer.linger_seconds == 0.5
    assert tried.configuration["IngestWindowSeconds"] == "0"
    freshness = report().freshness
    assert freshness is not None
    assert (tried.measured_p50, tried.measured_p99) == (freshness.p50, freshness.p99)
    assert tried.simulated_p50 is not None
    assert tried.simulated_p99 is not None
    assert 0 < tried.simulated_p50 <= tried.simulated_p99
    assert tried.accepted_rate == tried.scheduled_rate == 1_000
    assert tried.findings == (LIMIT,)


@pytest.mark.parametrize(("whole", "status"), [(False, 130), (True, 1)], ids=["interrupted", "broken down"])
def test_a_tuning_whose_finalists_did_not_run_to_their_end_reports_what_they_did(
    whole: bool, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trial = Trial(
        configuration={"shards": 2},
        target="local stack",
        partial=True,
        simulated_p50=2.5,
        simulated_p99=5.0,
        measured_p50=2.75,
        measured_p99=None,
        scheduled_rate=300.0,
        accepted_rate=299.0,
        findings=(LIMIT,),
    )
    asked: list[Configuration] = []

    def try_here(configurations: list[Configuration], *_: object) -> tuple[list[Trial], bool]:
        asked.extend(configurations)
        return [trial], whole

    monkeypatch.setattr("load.commands.trying.try_here", try_here)
    file, page = tmp_path / "tuned.json", tmp_path / "tuned.html"
    told = ("tune", "--profile", "steady:300", "--within", "20", "--budget", "10", "--run", "2")

    result = CliRunner().invoke(cli, (*told, "--report", str(file), "--page", str(page)), standalone_mode=False)

    assert result.return_value == status
    found = read_report(file)
    assert found.tuning is not None
    assert found.tuning.trials == (trial,)
    assert len(asked) == 2
    assert planned_settings(asked[0]) == found.configuration
    assert "1 (partial)" in result.output
    assert "2.75 s" in result.output
    assert "run 1, limit: the machine was 90% busy" in result.output
    assert "Run for real" in page.read_text(encoding="utf-8")
