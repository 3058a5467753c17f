"""What alerts remember between runs: pure.

An alert is *decided* when it is in the state's outbox, together with how far windows are judged. Only then it is
published, and only then it leaves the outbox. Whoever dies in between leaves it there, with all that its message says;
the next run publishes it, the same one, a second time at worst.

One item of the trends table (`consumers.tables`), whose attribute ``s`` is JSON, deflated (zlib, RFC 1950)::

    {"outbox": [{an alert's fields}, …], "abnormal": [[dimension, value, end], …]}
"""

import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from consumers.alerts.alert import Alert
from consumers.alerts.rules import Rules
from consumers.schedule import DAY
from consumers.tables import ALERTS_STATE

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

FORMAT_VERSION: Final = 1

MOST_WAITING: Final = 100
"""Alerts in the outbox, the newest: of more the oldest are dropped."""

MOST_ABNORMAL: Final = 500
"""Values that are remembered as abnormal: with their names of up to 400 bytes, and a full outbox, they fit an item.
While so many cool down no other raises an alert, since none of them may be forgotten."""

KEPT_SECONDS: Final = 7 * DAY
"""How long the item outlives its last write, besides the cool-down."""

Key = tuple[str, str]
"""Dimension and value."""


class StateFormatError(Exception):
    """A state that this code can't read: of a newer format (deploy newer code), or damaged (delete the item)."""


@dataclass(frozen=True, slots=True)
class AlertsState:
    """What was judged and decided so far; revision 0 has not been stored."""

    revision: int = 0
    judged: int | None = None
    """End of the newest window that was judged, epoch seconds. It is never judged again, whatever changes in it."""
    outbox: tuple[Alert, ...] = ()
    """Decided, and not known to be published; oldest first."""
    abnormal: Mapping[Key, int] = field(default_factory=dict)
    """Values that raised an alert, with the end of the last window in which they were abnormal."""

    def cooling(self, key: Key, end: int, rules: Rules) -> bool:
        """Tell whether a value that is abnormal in the window up to `end` has raised its alert already."""
        last = self.abnormal.get(key)
        return last is not None and 0 <= end - last <= rules.cool_down  # none of a clock that was ahead

    def room(self, end: int, rules: Rules) -> int:
        """Return how many alerts the window up to `end` may raise, so that no value that cools down is forgotten."""
        return max(MOST_ABNORMAL - sum(self.cooling(key, end, rules) for key in self.abnormal), 0)

    def after(self, end: int, abnormal: Iterable[Key], raised: Sequence[Alert], rules: Rules) -> "AlertsState":
        """Return the state once the window up to `end` is judged.

        Args:
            end: End of the window.
            abnormal: What was abnormal in it: a value that raised an alert begins its cool-down anew.
            raised: The alerts to publish, no more than there is `room` for.
            rules: The cool-down.
        """
        last = {key: end for key in abnormal if self.cooling(key, end, rules)} | {alert.key: end for alert in raised}
        known = {**self.abnormal, **last}
        kept = {key: until for key, until in known.items() if 0 <= end - until <= rules.cool_down}
        return replace(self, judged=end, outbox=(*self.outbox, *raised)[-MOST_WAITING:], abnormal=kept)

    def without(self, ids: Collection[str]) -> "AlertsState":
        """Return the state once the alerts with these ids have left the outbox."""
        return replace(self, outbox=tuple(alert for alert in self.outbox if alert.id not in ids))


def encode_state(state: AlertsState, expires_at: int) -> "dict[str, AttributeValueTypeDef]":
    """Return the low-level item of a state that has judged a window."""
    remembered = {
        "outbox": [alert.to_json() for alert in state.outbox],
        "abnormal": [[*key, end] for key, end in state.abnormal.items()],
    }
    return {
        **ALERTS_STATE.attributes,
        "v": {"N": str(FORMAT_VERSION)},
        "r": {"N": str(state.revision)},
        "j": {"N": str(state.judged)},
        "s": {"B": zlib.compress(json.dumps(remembered, ensure_ascii=False).encode())},
        "x": {"N": str(expires_at)},
    }


def decode_state(item: "Mapping[str, AttributeValueTypeDef]") -> AlertsState:
    """Read a low-level item.

    Raises:
        StateFormatError: a newer version wrote it, or it is damaged.
    """
    try:
        if (version := int(item["v"]["N"])) > FORMAT_VERSION:
            raise StateFormatError(
                f"the state of alerts has format version {version}, this code reads {FORMAT_VERSION}: deploy newer code"
            )
        remembered = json.loads(zlib.decompress(bytes(item["s"]["B"])))
        return AlertsState(
            revision=int(item["r"]["N"]),
            judged=int(item["j"]["N"]),
            outbox=tuple(map(Alert.from_json, remembered["outbox"])),
            abnormal={(dimension, value): end for dimension, value, end in remembered["abnormal"]},
        )
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise StateFormatError(
            f"the state of alerts is damaged: {error!r}; delete the item {tuple(ALERTS_STATE)} of the trends table"
        ) from error
