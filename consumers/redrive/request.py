"""The event that the redrive function is invoked with. Pure."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consumers.redrive.fix_up import FixUp
from consumers.redrive.selection import Selection


class RequestError(ValueError):
    """The function was invoked with an event that can't be understood; the message says what is wrong."""


class Request(BaseModel):
    """What to do, in the words of the command line.

    >>> Request.read({"action": "send", "reasons": ["future"]}).reasons
    ('future',)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["list", "send", "fold"]
    all: bool = False
    """Meant: everything. Said in so many words, so that an empty selection is no accident."""
    reasons: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    """Fix-ups like ``created_at=arrival``."""
    again: bool = False
    unchecked: bool = False
    dry_run: bool = False
    rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Most events a second."""

    @classmethod
    def read(cls, event: dict[str, Any]) -> Self:
        """Check an event.

        Raises:
            RequestError: a field is missing, unknown or wrong.
            SelectionError, FixUpError: a selection or a fix-up that can't be understood.
        """
        try:
            request = cls.model_validate(event)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5])
            raise RequestError(f"the event is no redrive request: {wrong}") from error
        check(request.action, request.selection, everything=request.all)
        _ = request.fix_up
        return request

    @property
    def selection(self) -> Selection:
        """What is meant."""
        return Selection.of(reasons=self.reasons, days=self.days, keys=self.keys, authors=self.authors)

    @property
    def fix_up(self) -> FixUp:
        """What is changed before."""
        return FixUp.parse(self.set)


def check(action: str, selection: Selection, *, everything: bool) -> None:
    """Refuse a selection that is probably a mistake.

    Raises:
        RequestError: it selects nothing in particular without saying all, or what discarded batches don't have.
    """
    if action == "list":
        return
    if everything == bool(selection):
        raise RequestError("say which are meant (reasons, days, keys, authors) or all of them, and not both")
    if action == "fold" and (selection.reasons or selection.authors):
        raise RequestError("discarded batches have neither reason nor author: select them by day or key, or all")
