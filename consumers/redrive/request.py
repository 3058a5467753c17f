"""The event that the redrive function is invoked with. Pure."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, ValidationError

from consumers.redrive.fix_up import FixUp
from consumers.redrive.rate import LEAST_RATE
from consumers.redrive.selection import Selection


def _refuse_numbers(value: object) -> object:
    # Pydantic would read 1, 0 and "1" as times.
    if isinstance(value, str) and value[4:5] == "-":
        return value
    raise ValueError("a time is an ISO 8601 string with a UTC offset")


class RequestError(ValueError):
    """The function was invoked with an event that can't be understood; the message says what is wrong."""


class Request(BaseModel):
    """What to do, in the words of the command line.

    >>> Request.read({"action": "send", "reasons": ["future"]}).reasons
    ('future',)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["list", "send", "fold"]
    all: StrictBool = False
    """Meant: everything. Said in so many words, so that an empty selection is no accident."""
    reasons: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    """Fix-ups like ``created_at=arrival``."""
    again: StrictBool | Annotated[AwareDatetime, BeforeValidator(_refuse_numbers)] = False
    """Meant too: what is marked; or what was marked before a time, so that a run can go on with what it began."""
    unchecked: StrictBool = False
    dry_run: StrictBool = False
    rate: Annotated[float, Field(ge=LEAST_RATE, allow_inf_nan=False)] | None = None
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
        request.check()
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

    def begun(self, now: str) -> Self:
        """Return the request as of its beginning at `now`, in ISO 8601: what is marked from then on is done again."""
        return self.model_copy(update={"again": datetime.fromisoformat(now)}) if self.again is True else self

    @property
    def again_before(self) -> str | None:
        """The time before which a mark keeps nothing from being redriven, as marks have it; None if every mark does."""
        if isinstance(self.again, datetime):
            return self.again.astimezone(UTC).isoformat(timespec="microseconds")
        return None

    def check(self) -> None:
        """Refuse what is probably a mistake.

        Raises:
            RequestError: it selects nothing in particular without saying all, or has a field that its action has no
                use for.
        """
        idle = sorted(self.model_fields_set & _IDLE[self.action])
        if idle:
            raise RequestError(f"{self.action} has no use for {', '.join(idle)}")
        selects = bool(self.selection)
        if self.action != "list" and self.all == selects:
            by = "reason, day, key or author" if self.action == "send" else "day or key"
            raise RequestError(f"say which are meant, by {by}, or that all of them are, and not both")


_IDLE: Final = {
    "list": frozenset({"set", "again", "unchecked", "dry_run", "rate"}),
    "send": frozenset[str](),
    "fold": frozenset({"reasons", "authors", "set", "unchecked", "rate"}),
}
"""Fields that mean nothing to an action; discarded batches have neither reason nor author."""
