"""Options from environment variables: ``PENSTOCK_`` and an option's name in capitals, as ``PENSTOCK_ORDERED=true``."""

from collections.abc import Mapping
from typing import Any, Final, get_type_hints

from penstock.config import ProducerConfig, ProducerOptions
from penstock.errors import ConfigurationError

PREFIX: Final = "PENSTOCK_"


def config_from_environment(environment: Mapping[str, str]) -> ProducerConfig:
    """Return the options that the variables name, the others at their defaults.

    Numbers are written as in Python, truth as ``true`` and ``false``, and the absence of a limit as ``none``.

    Raises:
        ConfigurationError: if a variable has the prefix and names no option, or its value is none of the option's.

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
            known = ", ".join(PREFIX + name.upper() for name in types)
            raise ConfigurationError(f"{variable} names no option; the variables are {known}")
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
