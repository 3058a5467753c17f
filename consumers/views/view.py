"""What a view is to whoever keeps it."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from consumers.views.memory import Change


class View(Protocol):
    """One read model: items of the trends table that are made from minutes, hours and days, and from nothing else."""

    @property
    def name(self) -> str:
        """What to call it in messages."""

    def refresh(self, change: "Change") -> None:
        """Write what `change` makes different from what is stored, by `consumers.views.store.ViewStore`.

        May be repeated, with a later change, after any error, and by several at a time: each item is made whole from
        its sources and put on condition of its version.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsError: an item that can't be read.
            CountsFormatError: counts that are damaged.
        """
