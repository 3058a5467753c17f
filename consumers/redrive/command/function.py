"""Loading a fix-up's function by its name."""

import importlib
import sys
from pathlib import Path
from typing import Final, cast

from consumers.redrive.fix_up import Function, described

_FORM: Final = "a function is named MODULE:FUNCTION, like mending:lower_case"


class FunctionError(ValueError):
    """There is no such function; the message says what is missing."""


def load(name: str) -> Function:
    """Import a function from a module on the path or in the current folder.

    Raises:
        FunctionError: it can't be imported, or is no function.
    """
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise FunctionError(f"{_FORM}, not {name!r:.80}")
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))  # where `python -m` has put it already, though first
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # importing runs the user's code, which may raise anything, or end the program
        raise FunctionError(f"{module} can't be imported: {described(error)}") from error
    if not callable(found):
        raise FunctionError(f"{module} has no function {attribute!r:.60}; {_FORM}")
    return cast(Function, found)
