"""A tuning as a report: that of the choice, with what else was found."""

from collections.abc import Sequence

from load.model.reporting import cost_section, simulated_report, usual_cost
from load.prices.table import PriceTable
from load.report import model as report
from load.report.settings import planned_settings
from load.tuning.evaluation import Judged, binding
from load.tuning.goal import Goal
from load.tuning.tune import Tuned, Tuner


def tuned_report(tuned: Tuned, tuner: Tuner, table: PriceTable) -> report.Report:
    """Return the report of a tuning.

    Its measurements are those of the choice at the profile's peak, by the draws that confirmed it; its cost is that of
    the whole profile.
    """
    model = tuner.confirming
    outcomes = model.at_peak(tuned.chosen.configuration)
    chosen = simulated_report(outcomes, tuner.traffic, tuner.surroundings, table, tuner.seed)
    goal = tuned.goal
    return chosen.model_copy(
        update={
            "command": "tune",
            "findings": tuple(_of_choice(each, tuned) for each in chosen.findings),
            "workload": chosen.workload.model_copy(update={"seconds": outcomes[0].seconds, "asked_seconds": None}),
            "cost": cost_section(tuned.chosen.cost, usual_cost(tuner.traffic, table), table),
            "tuning": report.Tuning(
                goal=str(goal),
                strategy=goal.strategy,
                evaluated=tuned.evaluated,
                possible=tuned.possible,
                frontier=tuple(_choice(each, goal) for each in tuned.frontier),
                chosen=tuned.frontier.index(tuned.chosen),
                cheaper=_choice(tuned.cheaper, goal) if tuned.cheaper else None,
                faster=_choice(tuned.faster, goal) if tuned.faster else None,
            ),
        }
    )


def with_trials(found: report.Report, trials: Sequence[report.Trial]) -> report.Report:
    """Return the report of a tuning with its finalists' runs."""
    tuning = found.tuning and found.tuning.model_copy(update={"trials": tuple(trials)})
    return found.model_copy(update={"tuning": tuning})


def _of_choice(finding: report.Finding, tuned: Tuned) -> report.Finding:
    """Return what was found of the choice by itself, as it is next to the goal."""
    if finding.kind != "binding":
        return finding
    text = f"{tuned.binds} binds the choice; of the limits, {finding.text}"
    return finding.model_copy(update={"text": f"{text}; {tuned.late}" if tuned.late else text})


def _choice(judged: Judged, goal: Goal) -> report.Choice:
    return report.Choice(
        configuration=planned_settings(judged.configuration),
        per_month=judged.month,
        freshness=min(judged.freshness, 1e9),
        meets=judged.meets,
        binding=binding(judged, goal),
    )
