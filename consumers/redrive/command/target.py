"""Which stack a redrive is about, and who asks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from consumers.command.target import StackTarget

if TYPE_CHECKING:
    from consumers.redrive.parts import Parts


@dataclass(frozen=True, slots=True)
class Target(StackTarget):
    """A stack whose failed events are looked at."""

    def parts(self) -> "Parts":
        """Find the stack and return what redrive is made of there."""
        from consumers.redrive.command.stack import find
        from consumers.redrive.parts import Parts

        session = self.session()
        return Parts(find(session, self.stack), session)
