"""``--option NAME=VALUE``: any option of the producer by its name."""

from collections.abc import Iterable
from typing import Any, Final, get_type_hints

import click

_NONE: Final = type(None)


def parse_options(texts: Iterable[str]) -> dict[str, Any]:
    """Return the producer's options that the texts name, of the types they have; their limits are not checked here.

    Numbers are written as in Python, truth as ``true`` and ``false``, and the absence of a limit as ``none``.

    Raises:
        click.UsageError: if a text names no option, or its value is none of the option's.
    """
    from pydantic import TypeAdapter, ValidationError  # here, since --help does not need it

    from penstock.config import ProducerConfig

    types = get_type_hints(ProducerConfig)
    options: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name not in types:
            raise click.UsageError(f"--option {text!r:.60} is not NAME=VALUE; the names are {', '.join(types)}")
        if value.lower() == "none" and _NONE in getattr(types[name], "__args__", ()):
            options[name] = None
            continue
        try:
            options[name] = TypeAdapter(types[name]).validate_strings(value)
        except ValidationError as error:
            problem = error.errors(include_input=False)[0]["msg"]
            raise click.UsageError(f"--option {text!r:.60}: {problem}") from error
    return options
