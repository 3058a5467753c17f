"""The recorded Jetstream frames, counted here with nothing of the project's, and compared with what is played."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from penstock.events import SocialEvent
from penstock.sources import open_source

RECORDING = Path(__file__).parents[5] / "shared/data/bluesky-jetstream-2026-04-29.jsonl"
pytestmark = pytest.mark.skipif(not RECORDING.exists(), reason=f"no recording at {RECORDING}")

NOW = datetime(2031, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FEED = "app.bsky.feed."


def recorded_frames() -> list[dict[str, Any]]:
    with RECORDING.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def created() -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and frame of each record created that is an event."""
    for frame in recorded_frames():
        commit = frame.get("commit", {})
        if commit.get("operation") == "create" and commit["collection"].startswith(FEED):
            name = commit["collection"].removeprefix(FEED)
            if name in {"like", "repost", "post"}:
                yield "reply" if "reply" in commit["record"] and name == "post" else name, frame


def moment(time_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=time_us)


def key_time(frame: dict[str, Any]) -> datetime:
    digits = "234567abcdefghijklmnopqrstuvwxyz"
    number = 0
    for character in frame["commit"]["rkey"]:
        number = number * 32 + digits.index(character)
    return moment(number >> 10)


def identity(frame: dict[str, Any]) -> str:
    return f"at://{frame['did']}/{frame['commit']['collection']}/{frame['commit']['rkey']}"


def hashtags(frame: dict[str, Any]) -> set[str]:
    record = frame["commit"]["record"]
    features = [feature for facet in record.get("facets", []) for feature in facet["features"]]
    tags = [feature["tag"] for feature in features if feature["$type"].endswith("#tag")] + record.get("tags", [])
    return {unicodedata.normalize("NFKC", tag).strip().lstrip("#").strip().casefold() for tag in tags}


@pytest.fixture(scope="module")
def played() -> dict[str, SocialEvent]:
    events = [item for item in open_source(str(RECORDING), clock=lambda: NOW) if isinstance(item, SocialEvent)]
    assert len({event.event_id for event in events}) == len(events)
    return {event.event_id: event for event in events}


def test_each_kind_is_there_as_often_as_it_was_recorded(played: dict[str, SocialEvent]) -> None:
    counted = Counter(kind for kind, _ in created())
    assert counted == {"like": 1398, "post": 203, "reply": 180}
    assert Counter(event.kind for event in played.values()) == counted
    assert {identity(frame): kind for kind, frame in created()} == {name: event.kind for name, event in played.items()}


def test_each_hashtag_is_there_as_often_as_it_was_recorded(played: dict[str, SocialEvent]) -> None:
    counted = Counter(tag for _, frame in created() for tag in hashtags(frame))
    assert len(counted) == 179
    assert max(counted.values()) == 4
    assert Counter(tag for event in played.values() for tag in event.hashtags) == counted


def test_each_language_is_there_as_often_as_it_was_recorded(played: dict[str, SocialEvent]) -> None:
    firsts = [(frame["commit"]["record"].get("langs") or [None])[0] for _, frame in created()]
    counted = Counter(lang and lang.split("-")[0].lower() for lang in firsts)
    assert Counter(event.lang for event in played.values()) == counted


def test_all_times_move_by_one_amount_so_that_the_last_frame_is_now(played: dict[str, SocialEvent]) -> None:
    shift = NOW - moment(recorded_frames()[-1]["time_us"])
    for _, frame in created():
        claimed = datetime.fromisoformat(frame["commit"]["record"]["createdAt"])
        ahead = claimed > moment(frame["time_us"]) + timedelta(minutes=5)
        assert played[identity(frame)].created_at == (key_time(frame) if ahead else claimed) + shift


def test_five_likes_from_the_future_are_dated_by_their_key(played: dict[str, SocialEvent]) -> None:
    shift = NOW - moment(recorded_frames()[-1]["time_us"])
    ahead = [
        (kind, frame)
        for kind, frame in created()
        if datetime.fromisoformat(frame["commit"]["record"]["createdAt"])
        > moment(frame["time_us"]) + timedelta(minutes=5)
    ]
    assert [kind for kind, _ in ahead] == ["like"] * 5
    for _, frame in ahead:
        event = played[identity(frame)]
        assert event.created_at == key_time(frame) + shift
        assert abs(event.created_at - shift - moment(frame["time_us"])) < timedelta(seconds=5)


def test_three_posts_without_hashtags_stay_a_week_old(played: dict[str, SocialEvent]) -> None:
    old = [event for event in played.values() if event.created_at < NOW - timedelta(days=7)]
    assert [(event.kind, event.hashtags) for event in old] == [("post", [])] * 3
    assert all(timedelta(days=7.4) < NOW - event.created_at < timedelta(days=7.6) for event in old)


def test_nothing_else_is_late_or_early(played: dict[str, SocialEvent]) -> None:
    assert (
        sum(NOW - timedelta(days=7) <= event.created_at <= NOW + timedelta(minutes=5) for event in played.values())
        == 1778
    )


def test_a_second_pass_brings_the_same_events() -> None:
    ticking = iter([NOW, NOW + timedelta(seconds=30)])
    items = list(open_source(str(RECORDING), repeat=2, clock=lambda: next(ticking)))
    assert len(items) == 2 * 1781
    assert items[:1781] == items[1781:]


def test_times_can_be_kept() -> None:
    (first, *_) = open_source(str(RECORDING), times="keep")
    frame = next(frame for _, frame in created())
    assert isinstance(first, SocialEvent)
    assert first.created_at == datetime.fromisoformat(frame["commit"]["record"]["createdAt"])
