"""From the words of a user to the source that is meant."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from penstock.sources.demo import Demo
from penstock.sources.inputs import Input, input_at, standard_input
from penstock.sources.playback import Playback, Times
from penstock.sources.source import Source, SourceError

_SHORTENED = 200


def now() -> datetime:
    """Return the time of day."""
    return datetime.now(UTC)


def open_source(
    spec: str, *, seed: int = 0, repeat: int = 1, times: Times = "auto", clock: Callable[[], datetime] = now
) -> Source:
    """Open a source of events.

    Args:
        spec: ``demo`` for made-up events; ``bluesky`` for Bluesky's live feed; ``-`` for standard input; else the
            path of a file. Files and standard input hold SocialEvents as JSON lines, or recorded Jetstream
            frames, as their first readable line shows. A file may be compressed by gzip.
        seed: of the made-up events.
        repeat: how many times to play a file.
        times: "shift" moves a file's event times by one amount, so that its last line happens when its first item
            is asked for; "keep" leaves them; "auto" shifts Jetstream frames and keeps SocialEvents.
        clock: tells now, as an aware datetime.

    Raises:
        SourceError: there is no such source, or it cannot be read, repeated or shifted; the message is one line.

    >>> event = next(iter(open_source("demo", seed=7)))
    >>> event.event_id[:7]
    'demo-7-'
    """
    if repeat < 1:
        raise SourceError(f"a source is played at least once, not {repeat} times")
    if spec in {"demo", "bluesky"}:
        if repeat != 1:
            raise SourceError(f"{spec} never ends, so it cannot be played {repeat} times; repeat a file")
        if times == "shift":
            raise SourceError(f"{spec} happens now, so its times cannot be shifted; shift a file")
        return Demo(seed=seed, clock=clock) if spec == "demo" else _live_feed()
    source = standard_input() if spec == "-" else _input(spec)
    return Playback(source, repeat=repeat, times=times, clock=clock)


def _live_feed() -> Source:
    try:  # here, since the websocket client is an optional dependency, as is what it needs for some proxies
        from penstock.sources.bluesky import LiveFeed

        return LiveFeed()
    except ImportError as error:
        raise SourceError(f"bluesky needs another library: {error}; install it, or penstock[bluesky]") from error


def _input(spec: str) -> Input:
    path = Path(spec)
    name = spec if len(spec) <= _SHORTENED else f"{spec[:_SHORTENED]}…"
    if not spec:  # which Path takes for the working directory
        raise _unknown(name)
    try:
        mode = path.stat().st_mode
        source = input_at(path, mode, name)
    except FileNotFoundError as error:
        raise _unknown(name) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"cannot read {name!r}: {reason}; give a file that can be read") from error
    if source is not None:
        return source
    what = "a directory" if stat.S_ISDIR(mode) else "no file of events"
    raise SourceError(f"{name!r} is {what}; give the path of a file")


def _unknown(name: str) -> SourceError:
    return SourceError(f"no source or file {name!r}; give demo, bluesky, - for standard input, or the path of a file")
