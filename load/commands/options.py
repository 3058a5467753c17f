"""Options that several commands have: what is sent, what it is sent to, what is known of the code and its prices."""

import functools
from collections.abc import Callable
from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from load.commands.workload_options import profile_of, shape_of, workload_options
from load.errors import InputError

if TYPE_CHECKING:
    from load.calibration.calibration import Calibration
    from load.configuration import Configuration

FILE = click.Path(dir_okay=False, path_type=Path)


def to_be_written(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a file that can't be written before anything is done: what `callback` of an option is for.

    Raises:
        InputError: it can't, or another option asks for the same file.
    """
    from load.report.files import check_writable

    if path is None:
        return None
    check_writable(path)
    place = realpath(path)
    taken: dict[str, str] = context.meta.setdefault(__name__, {})
    if place in taken and not path.is_char_device():
        raise InputError(f"{taken[place]} and {option.opts[0]} are both {path}: give each a file of its own")
    taken[place] = option.opts[0]
    return path


SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}

_producers_option = click.option(
    "--producers",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Processes that send, each with aggregates of its own.",
)
_WORKLOAD = frozenset(
    (
        "profile",
        "duration",
        "event_bytes",
        "keys",
        "key_skew",
        "hashtags",
        "hashtag_values",
        "hashtag_skew",
        "duplicates",
    )
)
prices_option = click.option(
    "--prices", type=FILE, metavar="FILE.json", help="A price table. [default: list prices of us-east-1]"
)
_on_option = click.option(
    "--on", "place", type=click.Choice(["aws", "local"]), default="aws", show_default=True, help="Where."
)
_PRICED = (
    click.option("--calibration", type=FILE, help="What `calibrate` wrote. [default: the one that comes along]"),
    prices_option,
)

set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the template or an option of the producer, like ShardCount=4. May be given several times, "
    "each for another.",
)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of `Written.write_reports`."""
    return _with(
        command,
        (
            click.option(
                "--report", type=FILE, callback=to_be_written, metavar="FILE.json", help="Write the report as JSON."
            ),
            click.option(
                "--page", type=FILE, callback=to_be_written, metavar="FILE.html", help="Write the report as a page."
            ),
        ),
    )


def traffic_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what is sent, and hand them over as `traffic` and `seed`."""

    @functools.wraps(command)
    def with_traffic(*, producers: int, **given: Any) -> Any:  # noqa: ANN401 - a command's own
        from load.model.traffic import Traffic

        traffic = Traffic(profile_of(given), shape_of(given), producers)
        return command(traffic=traffic, **{name: given[name] for name in given if name not in _WORKLOAD})

    return workload_options(_producers_option(with_traffic))


def known_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `priced_options` and where the code runs; hand that over as `surroundings` besides."""

    @functools.wraps(command)
    def with_place(*, place: str, calibration: "Calibration", **others: Any) -> Any:  # noqa: ANN401 - a command's own
        from load.model.surroundings import AWS, local_stack

        surroundings = AWS if place == "aws" else local_stack(calibration.local)
        return command(calibration=calibration, surroundings=surroundings, **others)

    return _on_option(priced_options(with_place))


def priced_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what is known of the code and of prices, as `calibration` and `table`."""

    @functools.wraps(command)
    def with_prices(*, calibration: Path | None, prices: Path | None, **others: Any) -> Any:  # noqa: ANN401 - a command's own
        from load.calibration.calibration import default_calibration, read_calibration
        from load.prices.table import price_table, read_price_table

        return command(
            calibration=read_calibration(calibration) if calibration else default_calibration(),
            table=read_price_table(prices) if prices else price_table(),
            **others,
        )

    return _with(with_prices, _PRICED)


def configuration_of(settings: tuple[str, ...]) -> "Configuration":
    """Return the configuration that ``--set`` asks for.

    Raises:
        InputError: one has no value, or can't be.
    """
    from load.configuration import Configuration

    return Configuration.parse(pairs_of(settings))


def pairs_of(settings: tuple[str, ...]) -> dict[str, str]:
    """Return the values that ``--set`` gives, by name.

    Raises:
        InputError: one has no value, or something has two, maybe by two names.
    """
    given: dict[str, str] = {}
    said: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise InputError(f"--set {setting:.60}: say NAME=VALUE, like ShardCount=4")
        for field in _fields_of(name):
            if field in said:
                raise InputError(f"--set {setting:.60} and --set {said[field]:.60} are about the same: leave one out")
            said[field] = setting
        given[name] = value
    return given


def _fields_of(name: str) -> tuple[str, ...]:
    """Return what of a configuration a setting is about."""
    from load.configuration import PARAMETERS, SCHEDULE, STREAM_MODE

    several = {"Schedule": SCHEDULE, STREAM_MODE: ("stream_mode",)}
    return several.get(name) or (next((each for each in PARAMETERS if PARAMETERS[each].name == name), name),)


def _with(command: Callable[..., Any], options: tuple[Any, ...]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command
