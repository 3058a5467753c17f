import json
from random import Random

import pytest
from pydantic import ValidationError

from penstock.events import SocialEvent
from penstock.sources.malformed import MALFORMATIONS, malformed

EVENTS = [
    SocialEvent(event_id="1", kind="like", platform="bluesky", author="ann", created_at="2026-05-01T12:00:00.5Z"),
    SocialEvent(
        event_id="2",
        kind="post",
        platform="lemmy",
        author="bob",
        created_at="2026-05-01T12:00:00Z",
        lang="ja",
        hashtags=["かわ", "rivers"],
        text="川",
    ),
]


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("way", MALFORMATIONS)
def test_no_malformed_event_is_an_event(event: SocialEvent, way: str) -> None:
    with pytest.raises(ValidationError):
        SocialEvent.model_validate_json(MALFORMATIONS[way](json.loads(event.to_json())))


def test_some_cannot_even_be_read() -> None:
    unreadable = set()
    for way, spoil in MALFORMATIONS.items():
        try:
            json.loads(spoil(json.loads(EVENTS[0].to_json())))
        except ValueError:
            unreadable.add(way)
    assert unreadable == {"cut short", "not UTF-8", "not JSON", "two at once"}


def test_all_ways_are_drawn() -> None:
    random = Random(1)
    assert len({malformed(EVENTS[1], random) for _ in range(500)}) == len(MALFORMATIONS)
