"""What is published, within SNS's rules and Apple's and Google's."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.alerts.alert import Alert
from consumers.alerts.message import as_json, attributes, link, message, subject, text
from tests.unit.consumers.alerts.making import T0, alert

DASHBOARD = "https://dash.example/"
WORST = "https://dash.example/" + "d" * 480
VALUES = st.text(min_size=1, max_size=100)


def bodies(of: Alert, dashboard: str | None = None) -> dict[str, str]:
    parsed: dict[str, str] = json.loads(message(of, dashboard).body)
    return parsed


def test_programs_get_json() -> None:
    assert json.loads(bodies(alert(end=1_795_003_200), DASHBOARD)["default"]) == {
        "type": "penstock.alert",
        "version": 1,
        "id": "8b9fc063a009bde6412f8eae0eebf3fd",
        "dimension": "hashtag",
        "value": "rivers",
        "window": {"from": "2026-11-18T11:55:00Z", "to": "2026-11-18T12:00:00Z"},
        "count": 412,
        "usual": 12.2,
        "score": 7.5,
        "severity": "moderate",
        "since": "2026-11-18T11:58:00Z",
        "new": False,
        "link": "https://dash.example/?dimension=hashtag&value=rivers",
    }


def test_people_get_text() -> None:
    assert bodies(alert(end=1_795_003_200), DASHBOARD)["email"].splitlines() == [
        "#rivers is rising.",
        "",
        "412 in the 5 minutes to 2026-11-18 12:00 UTC; 12 would be usual.",
        "It has been rising since 2026-11-18 11:58 UTC.",
        "Score 7.5 (moderate).",
        "",
        "https://dash.example/?dimension=hashtag&value=rivers",
        "",
        "Alert 8b9fc063a009bde6412f8eae0eebf3fd. The same alert may come twice; a repeat has the same id.",
    ]


def test_a_short_message_is_one_line() -> None:
    noon = alert(end=1_795_003_200)
    assert bodies(noon)["sms"] == "#rivers is rising: 412 in the 5 minutes to 12:00 UTC, usually 12"
    short = bodies(replace(noon, start=noon.end - 60))["sms"]
    assert short == "#rivers is rising: 412 in the minute to 12:00 UTC, usually 12"
    assert bodies(alert("en", dimension="lang"))["sms"].startswith("lang en is rising: ")


def test_phones_get_what_apple_and_google_ask_for() -> None:
    noon = alert(end=1_795_003_200)
    shown = json.loads(bodies(noon)["APNS"])["aps"]["alert"]
    assert shown == {"title": "#rivers is rising", "body": "412 in the 5 minutes to 12:00 UTC, usually 12"}
    apple = json.loads(bodies(alert(), DASHBOARD)["APNS"])
    assert (apple["id"], apple["value"], apple["link"]) == (alert().id, "rivers", link(alert(), DASHBOARD))
    google = json.loads(bodies(alert(), DASHBOARD)["GCM"])["fcmV1Message"]["message"]
    assert google["notification"] == apple["aps"]["alert"]
    assert google["android"]["notification"]["tag"] == alert().id
    assert all(isinstance(each, str) for each in google["data"].values())
    assert bodies(alert())["APNS"] == bodies(alert())["APNS_SANDBOX"]


def test_without_a_dashboard_there_is_no_link() -> None:
    assert "link" not in as_json(alert(), None)
    assert "http" not in message(alert(), None).body


def test_a_link_leads_to_the_values_own_page_whatever_the_value_and_the_dimension() -> None:
    assert link(alert("a&b=c #/?ü"), "https://d") == "https://d/?dimension=hashtag&value=a%26b%3Dc%20%23%2F%3F%C3%BC"
    assert link(alert("ja", dimension="lang"), DASHBOARD) == "https://dash.example/?dimension=lang&value=ja"


def test_new_values_are_called_new() -> None:
    assert "was not seen at all before" in text(replace(alert(), new=True), None)


def test_what_would_act_on_a_reader_is_shown_or_broken() -> None:
    shown = text(alert("a\nSubject: x\x1b[31m\u202eevil.example/x"), None)
    assert shown.splitlines()[0].startswith("#a\\x0aSubject:\u2060 x\\x1b[31m\\x202eevil.\u2060example/\u2060x is")
    assert shown.count("\n") == text(alert(), None).count("\n")


def test_a_subject_names_plain_values_and_cuts_long_ones() -> None:
    assert subject(alert()) == "Rising: hashtag rivers, 412 in 5 min"
    assert subject(alert("x" * 100)) == f"Rising: hashtag {'x' * 37}..., 412 in 5 min"
    assert subject(alert("реки")) == "Rising: a hashtag, 412 in 5 min"


@given(VALUES, st.integers(0, 10**18))
def test_a_subject_keeps_to_the_rules_whatever_the_value(value: str, count: int) -> None:
    said = subject(replace(alert(value), count=count))
    assert said.isascii()
    assert said.isprintable()
    assert 0 < len(said) < 100


@given(VALUES)
def test_json_carries_a_value_as_it_is_and_messages_have_room(value: str) -> None:
    sent = bodies(alert(value), WORST)
    assert json.loads(sent["default"])["value"] == value
    assert all(len(sent[push].encode()) <= 4_096 for push in ("APNS", "APNS_SANDBOX", "GCM"))
    assert len(message(alert(value), WORST).body.encode()) <= 262_144


@pytest.mark.parametrize("character", ["\U0001f30a", "\x01", '"', ".", "\u202e"])
def test_the_longest_values_have_room_too(character: str) -> None:
    sent = bodies(alert(character * 100), WORST)
    assert all(len(sent[push].encode()) <= 4_096 for push in ("APNS", "GCM"))


@given(VALUES)
def test_attributes_are_what_xml_can_carry_and_few_enough(value: str) -> None:
    named = attributes(alert(value))
    assert len(named) <= 10
    assert all(text and not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text) for _, text in named.values())
    assert {name: kind for name, (kind, _) in named.items() if kind == "Number"} == {
        "score": "Number",
        "count": "Number",
    }


def test_an_id_is_of_a_value_and_a_window_whatever_was_counted() -> None:
    assert alert().id == replace(alert(), count=1, score=99.0, usual=0.0, since=T0, new=True).id
    others = [alert("lakes"), alert(dimension="lang"), alert(end=T0 + 60), replace(alert(), start=T0 - 60)]
    assert len({alert().id, *(each.id for each in others)}) == 5
