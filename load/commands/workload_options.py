"""The options that say what is sent: the same for every command that asks for a workload."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from load.workload.events import EventShape
from load.workload.parsing import parse_profile, parse_seconds
from load.workload.profile import Profile

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--profile",
        default="steady:200",
        show_default=True,
        metavar="PROFILE",
        help="steady:RATE, ramp:START:END, step:BEFORE:AFTER, spike:RATE:PEAK, diurnal:TROUGH:PEAK (events/s), "
        "replay:FILE.jsonl (the times of recorded events), or a schedule, FILE.yaml.",
    ),
    click.option("--duration", metavar="TIME", help="Like 90s or 5m.  [default: 60s, or the profile's own]"),
    click.option("--event-bytes", type=int, default=277, show_default=True, help="Size of an event's JSON."),
    click.option("--keys", type=int, default=50_000, show_default=True, help="Authors, which are the partition keys."),
    click.option("--key-skew", type=float, default=0.7, show_default=True, help="Exponent of Zipf's law among them."),
    click.option("--hashtags", type=float, default=1.5, show_default=True, help="Hashtags of an event, on average."),
    click.option("--hashtag-values", type=int, default=20_000, show_default=True, help="Hashtags there are."),
    click.option(
        "--hashtag-skew", type=float, default=1.0, show_default=True, help="Exponent of Zipf's law among them."
    ),
    click.option(
        "--duplicates", type=float, default=0.0, show_default=True, help="Share of events that repeat an earlier one."
    ),
    click.option("--seed", type=int, default=0, show_default=True, help="Of everything drawn."),
)


def workload_options(command: _Command) -> _Command:
    """Give a command the options of `profile_of`, `shape_of`, and ``--seed``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def profile_of(given: dict[str, Any]) -> Profile:
    """Return the profile that was asked for.

    Raises:
        InputError: it is none.
    """
    duration: str | None = given["duration"]
    return parse_profile(given["profile"], None if duration is None else parse_seconds(duration))


def shape_of(given: dict[str, Any]) -> EventShape:
    """Return the shape of events that was asked for.

    Raises:
        InputError: something of it is out of its bounds.
    """
    names = ("event_bytes", "keys", "key_skew", "hashtags", "hashtag_values", "hashtag_skew", "duplicates")
    return EventShape(**{name: given[name] for name in names})
