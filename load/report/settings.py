"""A configuration as all reports have it, so that what a model was asked for can be told from what a stack has."""

from collections.abc import Mapping
from typing import Final

from consumers.schedule import Schedule, ScheduleError
from load.configuration import PRODUCER_OPTIONS, Configuration

SCHEDULE: Final = "Schedule"

Settings = dict[str, str | int | float | bool]


def settings_of(configuration: Configuration) -> Settings:
    """Return the template's parameters and the producer's options, by their names there.

    >>> found = settings_of(Configuration(shards=4))
    >>> found["ShardCount"], found["linger_seconds"]
    ('4', 0.1)
    """
    options = {name: getattr(configuration, name) for name in PRODUCER_OPTIONS}
    return {**configuration.parameters, SCHEDULE: configuration.schedule, **options}


def planned_settings(configuration: Configuration) -> Settings:
    """Return the same with how tables are paid for, which can be planned, but is no parameter of the template."""
    return {**settings_of(configuration), "table_mode": str(configuration.table_mode)}


def in_force(settings: Mapping[str, str | int | float | bool]) -> Settings:
    """Return settings with the last entry of the schedule in its place: those before it are of the past."""
    found = dict(settings)
    try:
        entry = Schedule.parse(str(found[SCHEDULE])).entries[-1]
    except (KeyError, ScheduleError):
        return found
    del found[SCHEDULE]
    return found | {"pane_seconds": entry.seconds, "key_groups": entry.groups, "buckets": entry.buckets}
