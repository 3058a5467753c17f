"""How a deployed stack becomes as a configuration says."""

from dataclasses import replace

import pytest

from consumers.schedule import Schedule
from consumers.schedule.append import AHEAD_SECONDS
from load.configuration import CapacityMode, Configuration
from load.errors import InputError
from load.stack.plan import STEP_SECONDS, plan, shard_steps

NOW = 1_795_000_000.0
DEPLOYED = Configuration()
PARAMETERS = {**DEPLOYED.parameters, "Schedule": DEPLOYED.schedule, "DedupDays": "7"}


def test_a_stack_that_has_it_is_left_alone() -> None:
    planned = plan(PARAMETERS, DEPLOYED, NOW)
    assert (planned.differences, planned.steps, planned.schedule) == ((), (), None)


def test_only_what_differs_is_changed_and_nothing_else_is_named() -> None:
    planned = plan(PARAMETERS, replace(DEPLOYED, ingest_window_seconds=5, linger_seconds=0.5), NOW)
    assert planned.differences == (("IngestWindowSeconds", "2", "5"),)
    assert planned.steps == ({"IngestWindowSeconds": "5"},)


def test_the_schedule_is_appended_to_and_the_entry_leaves_time_for_every_step() -> None:
    planned = plan(PARAMETERS, replace(DEPLOYED, shards=8, key_groups=16), NOW)
    assert [sorted(step) for step in planned.steps] == [["ShardCount"], ["Schedule", "ShardCount"]]
    assert planned.schedule is not None
    before, entry = Schedule.parse(planned.schedule).entries
    assert [before] == list(Schedule.parse(DEPLOYED.schedule).entries)
    assert (entry.seconds, entry.groups, entry.buckets) == (10, 16, 4)
    assert entry.start >= NOW + 2 * STEP_SECONDS + AHEAD_SECONDS
    assert planned.schedule_due == entry.start - AHEAD_SECONDS


def test_an_entry_that_is_still_to_come_stays_before_the_new_one() -> None:
    later = 1_895_000_040
    coming = plan(PARAMETERS, replace(DEPLOYED, key_groups=16), later - 3_600).schedule
    assert coming is not None
    planned = plan({**PARAMETERS, "Schedule": coming}, replace(DEPLOYED, key_groups=32), NOW)
    assert planned.schedule is not None
    assert [entry.groups for entry in Schedule.parse(planned.schedule).entries] == [8, 16, 32]


@pytest.mark.parametrize(
    ("before", "after", "steps"), [(2, 4, [4]), (2, 9, [4, 8, 9]), (9, 2, [5, 3, 2]), (1, 1, []), (200, 1, 8)]
)
def test_an_update_doubles_or_halves_the_shards_at_most(before: int, after: int, steps: list[int] | int) -> None:
    found = shard_steps(before, after)
    assert (found == steps) if isinstance(steps, list) else (len(found) == steps)
    for one, other in zip([before, *found], found, strict=False):
        assert one / 2 <= other <= 2 * one


def test_of_a_stream_on_demand_shards_are_not_changed() -> None:
    planned = plan(PARAMETERS, replace(DEPLOYED, shards=8, stream_mode=CapacityMode.ON_DEMAND), NOW)
    assert planned.steps == ({"StreamMode": "ON_DEMAND"},)


def test_an_older_template_has_to_be_deployed_first() -> None:
    older = {name: value for name, value in PARAMETERS.items() if name != "ViewsWindowSeconds"}
    with pytest.raises(InputError, match="the stack knows no ViewsWindowSeconds: deploy this checkout's template"):
        plan(older, DEPLOYED, NOW)


def test_a_schedule_without_room_for_an_entry_is_said() -> None:
    with pytest.raises(InputError, match=r"the stack's schedule can't be appended to: .* addresses"):
        plan(PARAMETERS, replace(DEPLOYED, pane_seconds=5, key_groups=512), NOW)
