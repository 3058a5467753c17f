"""Whether the core that every event passes is machine code, or interpreted."""

from typing import Final

from penstock.aggregation import builder
from penstock.delivery import core, lanes

COMPILED: Final = not any(str(module.__file__).endswith(".py") for module in (builder, core, lanes))
"""True in a wheel that was made for one kind of machine (``make wheels``). The source is the same."""
