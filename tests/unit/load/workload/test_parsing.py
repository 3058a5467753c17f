"""Profiles as a person writes them."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from load.errors import InputError
from load.workload.parsing import parse_profile, parse_seconds
from penstock.sources.jetstream import read_frame

RECORDING = Path(__file__).parents[5] / "shared/data/bluesky-jetstream-2026-04-29.jsonl"


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("1.5s", 1.5), ("5m", 300), ("2 h", 7200), ("1d", 86_400)])
def test_times_have_units(text: str, seconds: float) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-5", "5 parsecs", "1e9"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no time above 0"):
        parse_seconds(text)


@pytest.mark.parametrize("text", ["0", "0s", "0.0m", "0 h"])
def test_no_time_at_all_is_a_time_where_it_may_be(text: str) -> None:
    assert parse_seconds(text, zero=True) == 0
    with pytest.raises(InputError, match="'-0' is no time, like 90"):
        parse_seconds("-0", zero=True)


@pytest.mark.parametrize(
    ("text", "peak", "events"),
    [
        ("steady:100", 100, 6_000),
        ("ramp:0:200", 200, 6_000),
        ("step:50:150", 150, 6_000),
        ("spike:100:1000", 1000, 11_400),
        ("diurnal:50:150", 150, 6_000),
    ],
)
def test_named_profiles_last_a_minute_unless_told(text: str, peak: float, events: float) -> None:
    profile = parse_profile(text)
    assert (profile.seconds, profile.peak) == (pytest.approx(60), peak)  # type: ignore[comparison-overlap] # approx is one
    assert profile.events == pytest.approx(events)
    assert parse_profile(text, 120).events == pytest.approx(2 * events)


def test_a_schedule_is_followed_step_by_step(tmp_path: Path) -> None:
    path = tmp_path / "day.yaml"
    path.write_text("- {rate: 10, for: 1m}\n- {from: 10, to: 30, for: 10s}\n- {rate: 0, for: 5}\n", encoding="utf-8")
    profile = parse_profile(str(path))
    assert [profile.rate(at) for at in (0, 59, 65, 72)] == [10, 10, 20, 0]
    assert (profile.seconds, profile.events) == (75, 800)


@pytest.mark.parametrize(
    ("name", "kind", "one", "other"),
    [
        ("day.yaml", "schedule day.yaml", "- {rate: 10, for: 1m}", "- {rate: 11, for: 1m}"),
        (
            "seen.jsonl",
            "replay seen.jsonl",
            '{"created_at": "2026-11-21T09:30:00Z"}\n{"created_at": "2026-11-21T09:30:02Z"}',
            '{"created_at": "2026-11-21T09:30:00Z"}\n{"created_at": "2026-11-21T09:30:03Z"}',
        ),
    ],
)
def test_a_profile_is_named_by_its_file_and_by_what_is_in_it(
    tmp_path: Path, name: str, kind: str, one: str, other: str
) -> None:
    path = tmp_path / name

    def named(content: str) -> str:
        path.write_text(content, encoding="utf-8")
        return parse_profile(f"replay:{path}" if kind.startswith("replay") else str(path)).text

    first, edited, again = named(one), named(other), named(one)
    assert first == again != edited
    assert all(re.fullmatch(rf"{re.escape(kind)} \([0-9a-f]{{8}}\)", text) for text in (first, edited))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("rate: 10", "should be a list of steps"),
        ("[]", "should be a list of steps"),
        ("- {rate: 10}", "step 1 should be"),
        ("- {rate: 5, rate: 6, for: 10s}", "is no YAML: the key 'rate' is there twice: leave one out .*line 1"),
        ("- {rate: fast, for: 1m}", "step 1: 'fast' is no rate"),
        ("- {rate: 1, for: 1m}\n- {rate: 1, for: soon}", "step 2: 'soon' is no time"),
        (
            "- {rate: 1e30, for: 1m}",
            "'1e30' is no rate in events a second: to YAML it is text; write 1.0e\\+30",
        ),
        ("- {rate: 5e3, for: 1m}", "to YAML it is text; write 5000.0"),
        ("- {rate: -1, for: 1m}", "step 1: a rate is 0 to"),
        ("[", "is no YAML"),
        ("[" * 5_000, "can't be read as YAML"),
        ("- 2026-13-45", "can't be read as YAML: month"),
        (f"- {{rate: 1{400 * '0'}, for: 1m}}", "step 1: int too large"),
    ],
)
def test_an_unreadable_schedule_is_refused_in_one_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "day.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=why) as refused:
        parse_profile(str(path))
    assert "\n" not in str(refused.value)


def test_recorded_events_give_their_rate(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    moments = ["09:30:00Z", "09:30:00.500Z", "09:30:02Z", "09:30:02.9+00:00"]
    path.write_text("".join(f'{{"created_at": "2026-11-21T{each}"}}\n' for each in moments), encoding="utf-8")
    profile = parse_profile(f"replay:{path}")
    assert [profile.rate(at) for at in (0.5, 1.5, 2.5)] == [2, 0, 2]


def test_recorded_frames_give_the_rate_of_the_events_among_them(tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    made = '{{"did": "did:plc:a", "time_us": {}, "kind": "commit", "commit": {}}}'
    like = '{"operation": "create", "collection": "app.bsky.feed.like", "rkey": "k", "record": {}}'
    unlike = '{"operation": "delete", "collection": "app.bsky.feed.like", "rkey": "k"}'
    frames = [(1_000_000, like), (1_500_000, like), (2_000_000, unlike), (3_900_000, like)]
    path.write_text("".join(made.format(*each) + "\n" for each in frames), encoding="utf-8")
    profile = parse_profile(f"replay:{path}")
    assert [profile.rate(at) for at in (0.5, 1.5, 2.5)] == [2, 0, 1]


def test_a_recording_of_the_network_is_replayed() -> None:
    profile = parse_profile(f"replay:{RECORDING}")
    frames = [read_frame(line) for line in RECORDING.read_bytes().splitlines()]
    assert profile.events == sum(frame.item is not None for frame in frames) > 1_000


@pytest.fixture
def _far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_from_greenwich")
def test_a_time_without_a_zone_is_utc(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    moments = ["09:30:00Z", "09:30:01.5", "09:30:02Z"]
    path.write_text("".join(f'{{"created_at": "2026-11-21T{each}"}}\n' for each in moments), encoding="utf-8")
    assert parse_profile(f"replay:{path}").seconds == 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "has 0 events"),
        ("{}\n", "line 1: neither a JSON object with created_at"),
        ('{"kind": "identity", "time_us": 1500000}\n', "has 0 events"),
        ('{"kind": "commit", "time_us": "soon"}\n', "line 1: neither .* nor a frame"),
        ('["time_us"]\n', "line 1: neither"),
        ("null\n", "line 1: neither"),
        ("no\n", "line 1"),
        ("[" * 100_000, "line 1"),
        ('{"created_at": "1990-01-01T00:00:00Z"}\n{"created_at": "1991-01-01T00:00:00Z"}\n', "365 days, and 31 can"),
    ],
)
def test_a_recording_without_times_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=why):
        parse_profile(f"replay:{path}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("wave:1", "is no profile: give steady:RATE"),
        ("steady", "should be steady:RATE"),
        ("ramp:1", "should be ramp:START:END"),
        ("steady:fast", "'fast' is no rate"),
        ("steady:nan", "a rate is 0 to"),
        ("missing.yaml", r"missing\.yaml can't be read"),
        ("replay:missing", "missing can't be read"),
        ("replay:", "replay needs a file of recorded events, like replay:FILE.jsonl"),
        ("replay:/dev/zero", "/dev/zero can't be read: it is no regular file"),
    ],
)
def test_what_is_no_profile_is_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        parse_profile(text)


def test_a_duration_beside_a_schedule_is_refused() -> None:
    with pytest.raises(InputError, match="--duration"):
        parse_profile("day.yaml", 60)
