"""The commands that need no stack: what they print, write and end with."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
import pytest
from click.testing import CliRunner, Result

from load.commands import cli
from load.configuration import Configuration
from load.errors import InputError, LoadError
from load.report.files import read_report
from load.tuning.search import Progress
from load.tuning.space import Space
from load.tuning.tune import Tuner


def ran(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_simulate_says_what_is_to_be_expected_and_writes_a_report(tmp_path: Path) -> None:
    file = tmp_path / "expected.json"

    result = ran("simulate", "--profile", "steady:1000", "--seeds", "2", "--report", str(file))

    assert result.return_value == 0
    assert result.output.startswith("by seed 0, the first of 2;")
    assert "in the lists" in result.output
    assert "shard bytes" in result.output
    report = read_report(file)
    assert report.command == "simulate"
    assert report.freshness is not None
    assert report.freshness.p50 < report.freshness.p99
    assert len(report.freshness.blocks) == 2
    assert report.lists is not None
    assert report.lists.p99 > report.freshness.p99
    assert report.functions["IngestFunction"].invocations > 0
    assert report.findings[0].kind == "binding"


def test_a_simulated_local_stack_says_what_it_cannot_tell_of_equal_windows(tmp_path: Path) -> None:
    file = tmp_path / "expected.json"
    local = ("simulate", "--profile", "steady:100", "--on", "local", "--duration", "10s", "--seeds", "1")
    text = "ingest's and rollup's windows are 2 s both"

    same = ran(*local, "--set", "RollupWindowSeconds=2", "--set", "IngestWindowSeconds=2", "--report", str(file))
    other = ran(*local, "--set", "RollupWindowSeconds=3", "--set", "IngestWindowSeconds=2")

    assert f"\n{text}" in same.output
    assert any(finding.kind == "remark" and finding.text.startswith(text) for finding in read_report(file).findings)
    assert text not in other.output


def test_overload_is_told_with_the_shards_that_would_do_and_ends_with_1(tmp_path: Path) -> None:
    file = tmp_path / "expected.json"

    result = ran("simulate", "--profile", "steady:9000", "--seeds", "1", "--report", str(file))

    assert result.return_value == 1
    assert "overloaded: shard bytes is asked for 1" in result.output
    assert "records a second, sent again" in result.output
    assert "3 shards would have been enough for this rate" in result.output
    texts = [finding.text for finding in read_report(file).findings if finding.kind == "overload"]
    assert texts[1].startswith("events get older by 0.")
    assert texts[2] == "3 shards would have been enough for this rate"


def test_cost_names_every_item_and_the_usual_design() -> None:
    result = ran("cost", "--profile", "steady:1000")

    told = json.loads(result.output)
    assert told["per_month"] == pytest.approx(sum(item["per_month"] for item in told["items"]))
    assert told["usual_per_million"] > 5 * told["per_million"]
    assert all(item["how"] for item in told["items"])


@pytest.mark.parametrize("mode", ["provisioned", "on-demand"])
def test_a_simulation_costs_what_cost_says(tmp_path: Path, mode: str) -> None:
    file = tmp_path / "expected.json"
    asked = ("--profile", "diurnal:100:300", "--duration", "4m", "--set", f"table_mode={mode}")

    ran("simulate", *asked, "--seeds", "1", "--report", str(file))

    said = read_report(file).cost
    assert said is not None
    # It is reckoned from the peak and the trough there, and here from all in between.
    assert said.per_month == pytest.approx(json.loads(ran("cost", *asked).output)["per_month"], rel=0.03)


def test_what_takes_less_than_it_is_sent_has_no_price() -> None:
    with pytest.raises(LoadError, match=r"this has no price: shard bytes is asked for 3,.*: more shards$"):
        ran("cost", "--profile", "steady:100000", "--set", "ShardCount=1")


def test_overload_by_another_seed_is_told_too(tmp_path: Path) -> None:
    file = tmp_path / "expected.json"

    result = ran("simulate", "--profile", "steady:6500", "--seeds", "8", "--report", str(file))

    assert result.return_value == 1
    assert "overloaded: by 3 of 8 seeds, shard bytes at up to 10" in result.output
    assert "\n3 shards would have been enough for this rate\n" in result.output
    kinds = [(finding.kind, finding.text) for finding in read_report(file).findings]
    assert [kind for kind, _ in kinds] == ["overload", "overload", "binding"]
    assert kinds[0][1].startswith("by 3 of 8 seeds, shard bytes at up to 10")


def test_events_that_hashtags_make_larger_take_more_of_a_shard() -> None:
    profile = ("simulate", "--profile", "steady:3000", "--set", "ShardCount=1", "--seeds", "1")

    assert ran(*profile).return_value == 0
    assert ran(*profile, "--hashtags", "20").return_value == 1


def test_tune_finds_a_configuration_and_writes_it_for_sam(tmp_path: Path) -> None:
    file, chosen, page = tmp_path / "tuned.json", tmp_path / "chosen.toml", tmp_path / "tuned.html"
    outputs = ("--report", str(file), "--samconfig", str(chosen), "--page", str(page))

    result = ran("tune", "--profile", "steady:300", "--within", "20", "--budget", "12", "--running", *outputs)

    assert result.return_value == 0
    assert "◄ chosen" in result.output
    assert "now " in result.output
    parameters = tomllib.loads(chosen.read_text(encoding="utf-8"))["default"]["deploy"]["parameters"]
    configuration = read_report(file).configuration
    assert "<svg" in page.read_text(encoding="utf-8")
    assert f"ShardCount={configuration['ShardCount']}" in parameters["parameter_overrides"]


def test_a_tunings_report_is_of_its_peak_and_costs_what_the_choice_does(tmp_path: Path) -> None:
    file = tmp_path / "tuned.json"

    ran("tune", "--profile", "diurnal:100:300", "--within", "20", "--budget", "10", "--report", str(file))

    report = read_report(file)
    assert report.tuning is not None
    assert report.cost is not None
    assert report.cost.per_month == pytest.approx(report.tuning.frontier[report.tuning.chosen].per_month)
    assert report.events.scheduled / report.workload.seconds == pytest.approx(300, rel=0.01)


def test_what_is_found_is_written_whoever_stops_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> NoReturn:
        raise BrokenPipeError

    monkeypatch.setattr(click, "echo", gone)
    files = {each: tmp_path / each for each in ("report", "page", "samconfig")}

    with pytest.raises(BrokenPipeError):
        ran(
            *("tune", "--profile", "steady:300", "--within", "20", "--budget", "10"),
            *(part for each, file in files.items() for part in (f"--{each}", str(file))),
        )

    assert all(file.stat().st_size for file in files.values())


def test_samconfig_says_that_it_misses_the_goal(tmp_path: Path) -> None:
    file = tmp_path / "chosen.toml"

    ran("tune", "--profile", "steady:300", "--budget", "10", "--samconfig", str(file), "--within", "0.2")

    assert file.read_text(encoding="utf-8").startswith(
        "# Nothing found meets the goal, p99 within 0.2 s, headroom 30%: this is nearest.\n"
    )
    assert tomllib.loads(file.read_text(encoding="utf-8"))["version"] == 0.1


def test_an_impossible_goal_is_answered_with_the_nearest_and_why() -> None:
    result = ran("tune", "--profile", "steady:300", "--within", "0.2", "--budget", "10")

    assert result.return_value == 1
    assert "nothing found meets the goal; this is nearest, and freshness is why: nothing fresher than " in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("simulate", "--profile", "steady:-5"), "a rate is 0 to"),
        (("simulate", "--profile", "steady:5", "--set", "ShardCount"), "say NAME=VALUE"),
        (("simulate", "--profile", "steady:5", "--set", "ShardCount=0"), "ShardCount must be 1"),
        (("cost", "--profile", "steady:5", "--calibration", "nowhere.json"), "penstock-load calibrate makes one"),
        (("cost", "--profile", "steady:5", "--prices", "nowhere.json"), "nowhere.json"),
        (("tune", "--profile", "steady:5", "--within", "0"), "the goal is above 0 s"),
        (("simulate", "--profile", "steady:5", "--key-skew", "9"), "--key-skew must be"),
        (("simulate", "--profile", "steady:5", "--report", "nowhere/report.json"), "nowhere/report.json"),
        (
            ("tune", "--profile", "steady:5", "--within", "9", "--samconfig", "nowhere/chosen.toml"),
            "nowhere/chosen.toml",
        ),
        (("calibrate", "nowhere/mine.json"), "nowhere/mine.json"),
    ],
)
def test_wrong_input_is_one_line_that_says_what_can_be(arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError) as error:
        ran(*arguments)

    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_simulate_by_one_seed_need_not_say_which() -> None:
    assert ran("simulate", "--profile", "steady:100", "--seeds", "1").output.startswith("rate ")


def test_commands_share_the_options_that_mean_the_same() -> None:
    def told(command: str) -> dict[str, tuple[object, ...]]:
        shared = ("settings", "prices", "report", "page")
        found = {option.name: option for option in cli.commands[command].params}
        return {name: (found[name].opts, getattr(found[name], "help", None)) for name in shared}

    assert told("run") == told("simulate") == told("tune")


def test_an_interrupted_search_says_what_was_best_so_far_and_what_it_has_not_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(tuner: Tuner, space: Space, start: Configuration, _budget: int, progress: Progress) -> NoReturn:
        progress(1, tuner.searching(space.at(space.nearest(replace(start, shards=3)))))
        raise KeyboardInterrupt

    monkeypatch.setattr(Tuner, "tune", interrupted)

    files = ["--samconfig", "chosen.toml", "--page", "page.html"]
    result = CliRunner().invoke(cli, ["tune", "--profile", "steady:300", "--within", "20", *files])

    assert result.exit_code != 0
    assert result.output.startswith("so far ")
    assert "interrupted before the search was done, so not written: page.html, chosen.toml" in result.stderr
    assert "ShardCount                             2 → 3" in result.output


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize(
    "arguments",
    [
        ("simulate", "--profile", "spike:3000:9000"),
        ("tune", "--profile", "steady:1000", "--within", "5", "--budget", "10", "--running"),
    ],
)
def test_what_is_printed_fits_a_terminal(
    arguments: tuple[str, ...], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("load.report.fitting.room", lambda: width)
    shown = ran(*arguments).output.splitlines()
    assert [line for line in shown if len(line) > width] == []
    assert len(shown) > 10
