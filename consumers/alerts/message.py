r"""What is published of an alert: a message for each kind of subscriber, a subject, attributes for filters. Pure.

Limits and rules are SNS's (Publish, Amazon SNS API Reference; "Using Firebase Cloud Messaging v1 payloads", Amazon SNS
Developer Guide; "Creating and sending notifications", Apple's APNs documentation): 256 KB in all, 4 KB for a
push, subjects of fewer than 100 characters without line breaks.

A value is data and may be anything that somebody wrote after a ``#``. JSON carries it as it is. In text for people,
what would act (line breaks, control characters, changes of direction) is shown as ``\x1b``, and what mail programs
would make a link of is broken by a WORD JOINER, U+2060, which nobody sees.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from consumers.alerts.alert import Alert

VERSION: Final = 1
"""Of the JSON message. Fields may be added; one that changes its meaning makes another version."""

MAX_SUBJECT_CHARACTERS: Final = 99
_SUBJECT_VALUE: Final = 40

_ACTING: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_LINKING: Final = re.compile(r"([.:/@])(?=.)")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What the value of an attribute can't be: characters that XML 1.0 excludes, of which SNS's answers are made."""


class Message(NamedTuple):
    """The arguments of a Publish."""

    subject: str
    body: str
    """JSON, for ``MessageStructure=json``."""
    attributes: dict[str, tuple[str, str]]
    """Data type and value, by name."""


def message(alert: Alert, dashboard: str | None) -> Message:
    """Return what to publish of an alert; with a link where the dashboard's address is known."""
    facts = json.dumps(as_json(alert, dashboard))
    bodies = {
        # HTTP and HTTPS, SQS, Lambda, Firehose and JSON by e-mail get this.
        "default": facts,
        "email": text(alert, dashboard),
        "sms": _line(alert),
        "APNS": (push := _apple(alert, dashboard)),
        "APNS_SANDBOX": push,
        "GCM": _google(alert, dashboard),
    }
    return Message(subject(alert), json.dumps(bodies), attributes(alert))


def as_json(alert: Alert, dashboard: str | None) -> dict[str, Any]:
    """Return the message that programs get."""
    fields = {
        "type": "penstock.alert",
        "version": VERSION,
        "id": alert.id,
        "dimension": alert.dimension,
        "value": alert.value,
        "window": {"from": _instant(alert.start), "to": _instant(alert.end)},
        "count": alert.count,
        "usual": round(alert.usual, 1),
        "score": round(alert.score, 1),
        "severity": alert.severity,
        "since": _instant(alert.since),
        "new": alert.new,
    }
    return fields | ({"link": link(alert, dashboard)} if dashboard else {})


def text(alert: Alert, dashboard: str | None) -> str:
    """Return the message that people get by e-mail."""
    new = ", and was not seen at all before" if alert.new else ""
    lines = [
        f"{_title(alert)}.",
        "",
        f"{alert.count:,} in the {_minutes(alert)} to {_clock(alert.end)} UTC; {_number(alert.usual)} would be usual.",
        f"It has been rising since {_clock(alert.since)} UTC{new}.",
        f"Score {alert.score:.1f} ({alert.severity}).",
        *(["", link(alert, dashboard)] if dashboard else []),
        "",
        f"Alert {alert.id}. The same alert may come twice; a repeat has the same id.",
    ]
    return "\n".join(lines)


def subject(alert: Alert) -> str:
    """Return a subject of printable ASCII: it leaves out a value that is not, and cuts one that is long."""
    value = alert.value
    if not (value.isascii() and value.isprintable()):
        name = f"a {alert.dimension}"
    else:
        name = f"{alert.dimension} {value if len(value) <= _SUBJECT_VALUE else value[: _SUBJECT_VALUE - 3] + '...'}"
    return f"Rising: {name}, {alert.count} in {alert.minutes} min"[:MAX_SUBJECT_CHARACTERS]


def attributes(alert: Alert) -> dict[str, tuple[str, str]]:
    """Return what a subscription's filter policy may ask for."""
    return {
        "id": ("String", alert.id),
        "dimension": ("String", alert.dimension),
        "value": ("String", _NOT_XML.sub("\ufffd", alert.value)),
        "severity": ("String", str(alert.severity)),
        "score": ("Number", f"{alert.score:.1f}"),
        "count": ("Number", str(alert.count)),
    }


def link(alert: Alert, dashboard: str) -> str:
    """Return the address of the value's own page of the dashboard."""
    return f"{dashboard.rstrip('/')}/?dimension={alert.dimension}&value={quote(alert.value, safe='')}"


def _apple(alert: Alert, dashboard: str | None) -> str:
    shown = {"title": _title(alert), "body": _figures(alert)}
    return _compact({"aps": {"alert": shown, "thread-id": alert.dimension}, **_payload(alert, dashboard)})


def _google(alert: Alert, dashboard: str | None) -> str:
    notification = {"title": _title(alert), "body": _figures(alert)}
    # A device shows one notification for a tag, so a repeat replaces the first.
    android = {"collapse_key": alert.id, "notification": {"tag": alert.id}}
    sent = {"notification": notification, "data": _payload(alert, dashboard), "android": android}
    return _compact({"fcmV1Message": {"message": sent}})


def _payload(alert: Alert, dashboard: str | None) -> dict[str, str]:
    """Return what an app needs to open the value; all of it text, as Google's data must be."""
    payload = {"id": alert.id, "dimension": alert.dimension, "value": alert.value, "severity": str(alert.severity)}
    return payload | ({"link": link(alert, dashboard)} if dashboard else {})


def _title(alert: Alert) -> str:
    return f"{_name(alert)} is rising"


def _line(alert: Alert) -> str:
    return f"{_title(alert)}: {_figures(alert)}"


def _figures(alert: Alert) -> str:
    # With the window's end, since it may come late.
    end = _clock(alert.end).split()[1]
    return f"{alert.count:,} in the {_minutes(alert)} to {end} UTC, usually {_number(alert.usual)}"


def _name(alert: Alert) -> str:
    shown = _ACTING.sub(lambda found: f"\\x{ord(found[0]):02x}", alert.value)
    shown = _LINKING.sub("\\1\u2060", shown)
    return f"#{shown}" if alert.dimension == "hashtag" else f"{alert.dimension} {shown}"


def _minutes(alert: Alert) -> str:
    return "minute" if alert.minutes == 1 else f"{alert.minutes} minutes"


def _number(count: float) -> str:
    return f"{count:,.0f}" if count >= 10 else f"{count:.1f}".removesuffix(".0")


def _clock(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M")


def _instant(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
