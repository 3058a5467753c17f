"""Two reports side by side: is the difference beyond the noise?"""

from math import sqrt
from pathlib import Path
from random import Random

import pytest

from consumers.schedule import Entry, Schedule
from load.configuration import Configuration
from load.report.comparison import LEVEL, Test, Verdict, compare, unlike, verdict
from load.report.model import Distribution, Report, Table
from load.report.permutations import dealt, flipped
from load.report.settings import SCHEDULE, planned_settings, settings_of
from load.workload.parsing import parse_profile
from tests.unit.load.report.a_report import distribution, report


def measured(seconds: float, *, seed: int, blocks: int = 10) -> Distribution:
    random = Random(seed)
    return distribution(*([random.gauss(seconds, 0.5) for _ in range(50)] for _ in range(blocks)))


def of(freshness: Distribution) -> Report:
    return report().model_copy(update={"freshness": freshness})


def sent(**differently: object) -> Report:
    given = report()
    return given.model_copy(update={"workload": given.workload.model_copy(update=differently)})


def test_a_difference_that_is_larger_than_blocks_differ_is_beyond_the_noise() -> None:
    found = {each.name: each for each in compare(of(measured(4.0, seed=1)), of(measured(5.0, seed=2)))}
    p50 = found["freshness p50"]
    assert p50.verdict is Verdict.BEYOND
    assert p50.change == pytest.approx(0.25, abs=0.05)


def test_the_same_distribution_measured_twice_is_within_the_noise() -> None:
    found = {each.name: each.verdict for each in compare(of(measured(4.0, seed=1)), of(measured(4.0, seed=2)))}
    assert found["freshness p50"] is found["freshness p99"] is Verdict.WITHIN


def slices(profile: list[float], random: Random) -> list[float]:
    return [each + random.gauss(0, 0.1) for each in profile]


@pytest.mark.parametrize("test", [dealt, flipped])
@pytest.mark.parametrize("profile", [[1.0] * 10, [1.0 + 0.3 * at for at in range(10)]])
def test_chance_alone_is_hardly_ever_called_a_difference(test: Test, profile: list[float]) -> None:
    random = Random(3)
    verdicts = [verdict(slices(profile, random), slices(profile, random), test) for _ in range(100)]
    assert verdicts.count(Verdict.BEYOND) <= 3 * LEVEL * len(verdicts)


def alike(random: Random, correlation: float) -> list[float]:
    """Return slices of which each is like the one before it."""
    found = [random.gauss(0, 1)]
    while len(found) < 10:
        found.append(correlation * found[-1] + sqrt(1 - correlation**2) * random.gauss(0, 1))
    return found


@pytest.mark.parametrize(("correlation", "least", "most"), [(0.0, 0.0, 0.02), (0.5, 0.06, 0.16)])
def test_chance_is_called_a_difference_too_often_where_slices_are_alike(
    correlation: float, least: float, most: float
) -> None:
    random = Random(5)
    found = [verdict(alike(random, correlation), alike(random, correlation), flipped) for _ in range(300)]
    assert least <= found.count(Verdict.BEYOND) / len(found) <= most, "as docs/tuning.md says"


def test_what_two_runs_of_one_profile_go_through_together_hides_no_difference() -> None:
    random = Random(4)
    wave = [1.0, 2.0, 4.0, 7.0, 9.0, 10.0, 9.0, 6.0, 3.0, 1.0]
    slower = [each + 0.2 for each in wave]
    found = [verdict(slices(wave, random), slices(slower, random), flipped) for _ in range(100)]
    assert found.count(Verdict.BEYOND) > 70
    assert verdict(slices(wave, random), slices(slower, random), dealt) is Verdict.WITHIN


def over_a_ramp(times: float = 1.0, **differently: object) -> Report:
    values = {"profile": "ramp 100 to 1000", "mean_rate": 550.0, "asked_seconds": 60.0} | differently
    return sent(**values).model_copy(update={"freshness": distribution(*([times * (1 + at)] for at in range(10)))})


def test_slices_of_the_same_moment_are_pairs_if_the_profile_and_its_time_are_the_same() -> None:
    one = over_a_ramp()
    assert compare(one, over_a_ramp(1.5))[0].verdict is Verdict.BEYOND
    assert compare(one, over_a_ramp(1.5, asked_seconds=90.0))[0].verdict is Verdict.WITHIN
    assert compare(one, over_a_ramp(1.5, profile="ramp 100 to 1001"))[0].verdict is Verdict.WITHIN
    assert compare(one, over_a_ramp(1.5).model_copy(update={"partial": True}))[0].verdict is Verdict.WITHIN


def test_schedules_of_one_file_name_are_one_profile_only_if_they_say_the_same(tmp_path: Path) -> None:
    texts = []
    for number, peak in enumerate((900, 800, 900)):
        path = tmp_path / str(number) / "day.yaml"
        path.parent.mkdir()
        path.write_text(f"- {{from: 200, to: {peak}, for: 30s}}\n- {{from: {peak}, to: 200, for: 30s}}\n", "utf-8")
        texts.append(parse_profile(str(path)).text)
    one, other = over_a_ramp(profile=texts[0]), over_a_ramp(1.5, profile=texts[1])
    assert unlike(one, other) == [f"profile: {texts[0]} and {texts[1]}"]
    assert compare(one, other)[0].verdict is Verdict.WITHIN
    alike = over_a_ramp(1.5, profile=texts[2])
    assert unlike(one, alike) == []
    assert compare(one, alike)[0].verdict is Verdict.BEYOND


def test_slices_of_a_ramp_are_not_held_against_a_models_seeds_of_all_of_it() -> None:
    expected = of(measured(9.0, seed=1)).model_copy(update={"command": "simulate"})
    assert compare(expected, over_a_ramp())[0].verdict is Verdict.UNKNOWN
    assert compare(expected, of(measured(4.0, seed=1)))[0].verdict is Verdict.BEYOND


def test_lists_are_compared_where_models_tell_of_them() -> None:
    one, other = (report().model_copy(update={"lists": measured(at, seed=1)}) for at in (8.0, 9.0))
    assert {"lists p50", "lists p99"} < {each.name for each in compare(one, other)}
    assert "lists p50" not in {each.name for each in compare(one, report())}


def test_write_units_are_of_the_events_that_were_accepted_while_they_were_noted() -> None:
    one = report().model_copy(update={"tables": {"by IngestFunction": Table(write_units=900, read_units=10)}})
    half = one.model_copy(update={"events": one.events.model_copy(update={"accepted_in_time": 30_000})})
    units = next(each for each in compare(one, half) if each.name == "write units/event")
    assert (units.before, units.after) == (0.015, 0.03)


def test_a_report_is_not_different_from_itself() -> None:
    one = of(measured(4.0, seed=1))
    assert {each.verdict for each in compare(one, one)} <= {Verdict.WITHIN, Verdict.UNKNOWN}
    assert all(not each.change for each in compare(one, one))
    assert unlike(one, one) == []


def test_with_few_blocks_the_noise_is_unknown() -> None:
    found = compare(of(measured(4.0, seed=1, blocks=4)), of(measured(9.0, seed=2, blocks=4)))
    assert found[0].verdict is Verdict.UNKNOWN


def test_what_was_asked_for_differently_is_named() -> None:
    other = report().model_copy(update={"configuration": {"ShardCount": 4}, "target": "another"})
    assert unlike(report(), other) == ["ShardCount: 2 and 4", "target: local stack and another"]


def test_what_was_measured_was_not_asked_for() -> None:
    assert unlike(sent(seconds=29.989716343998225, mean_rate=999.8), sent(seconds=30.0, mean_rate=1000.0)) == []
    assert unlike(sent(event_bytes=277.0), sent(event_bytes=554.0)) == ["event_bytes: 277.0 and 554.0"]
    assert unlike(sent(asked_seconds=30.0), sent(asked_seconds=60.0)) == ["seconds: 30.0 and 60.0"]


def test_a_model_and_a_run_are_compared_by_what_both_were_asked_for() -> None:
    run = sent(warm_up_seconds=10.0, arrivals="poisson", seed=3)
    expected = sent(warm_up_seconds=0.0, arrivals="even", seed=0).model_copy(update={"command": "simulate"})
    assert unlike(expected, run) == []
    assert unlike(sent(seed=0), run) == ["seed: 0 and 3"]


def test_a_tunings_figures_are_of_its_profiles_peak() -> None:
    tuned = sent(profile="diurnal 500 to 1000").model_copy(update={"command": "tune"})
    assert unlike(tuned, report()) == []
    assert unlike(tuned, sent(profile="ramp 500 to 1000")) == ["profile: steady 1000 and ramp 500 to 1000"]


def test_what_a_model_was_asked_for_has_the_names_that_a_stacks_run_reports() -> None:
    chosen = Configuration(shards=4, rollup_window_seconds=3, pane_seconds=20)
    running = Configuration(shards=2, rollup_window_seconds=3, pane_seconds=20)
    grown = Schedule([Entry(0, 10, 8, 4), Entry(86_400, 20, 8, 4)]).to_json()
    expected = report().model_copy(update={"configuration": planned_settings(chosen)})
    found = report().model_copy(update={"configuration": settings_of(running) | {SCHEDULE: grown}})
    assert unlike(expected, found) == ["ShardCount: 4 and 2"]
