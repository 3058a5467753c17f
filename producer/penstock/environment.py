"""Options from environment variables: ``PENSTOCK_`` and an option's name in capitals, as ``PENSTOCK_ORDERED=true``."""

import logging
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, get_type_hints

from penstock.config import ProducerConfig, ProducerOptions
from penstock.errors import ConfigurationError

PREFIX: Final = "PENSTOCK_"

_SIMILAR: Final = 0.8  # of the letters, as difflib counts: a slip of the fingers, and not a word of somebody else's

_logger = logging.getLogger("penstock")


def config_from_environment(environment: Mapping[str, str]) -> ProducerConfig:
    """Return the options that the variables name, the others at their defaults.

    Numbers are written as in Python, truth as ``true`` and ``false``, and the absence of a limit as ``none``. Variables
    that are like no option, as Kubernetes sets them for a service of that name, are left alone, with a line in the log.

    Raises:
        ConfigurationError: if a variable's name is nearly that of an option, or its value is none of the option's.

    >>> config_from_environment({"PENSTOCK_LINGER_SECONDS": "0.05"}).linger_seconds
    0.05
    """
    from pydantic import TypeAdapter, ValidationError  # here, since importing it takes longer than all of the SDK

    types = get_type_hints(ProducerConfig)
    options: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX):
            continue
        option = variable.removeprefix(PREFIX).lower()
        if option not in types:
            meant = get_close_matches(option, types, n=1, cutoff=_SIMILAR)
            if meant:
                raise ConfigurationError(f"{variable} names no option; {PREFIX}{meant[0].upper()} does")
            _logger.info("the environment variable %s names no option of the producer, and is left alone", variable)
            continue
        optional = type(None) in getattr(types[option], "__args__", ())
        try:
            if optional and text.strip().lower() == "none":
                options[option] = None
            else:
                options[option] = TypeAdapter(types[option]).validate_strings(text)
        except ValidationError as error:
            problem = error.errors(include_input=False)[0]["msg"]
            raise ConfigurationError(f"{variable}={text!r:.60} is no value of {option}: {problem}") from error
    try:
        return ProducerConfig().with_options(ProducerOptions(**options))  # type: ignore[typeddict-item]  # checked above
    except ConfigurationError as error:
        variables = ", ".join(PREFIX + option.upper() for option in options)
        raise ConfigurationError(f"{error}; it comes from the environment ({variables})") from error
