"""Whether the core that every event passes is machine code, or interpreted."""

from typing import Final

from penstock.delivery import core

COMPILED: Final = not core.__file__.endswith(".py")
"""True in a wheel that was made for one kind of machine (``make wheels``). The source is the same."""
