"""What every contender is given: the same events, in the same order."""

from penstock.aggregation import UserRecord

EVENT_BYTES = 277
KEYS = 10_000
SHARDS = 8
AGGREGATE_BYTES = 51_200


def make_events(count: int) -> list[UserRecord]:
    """Return JSON events of 277 bytes by 10,000 authors, whose names are the partition keys."""
    return [_event(number) for number in range(count)]


def _event(number: int) -> UserRecord:
    author = f"did:plc:{number * 7919 % KEYS:08}"
    start = (
        f'{{"event_id":"0193a5c0-0000-7000-8000-{number:012}","kind":"post","platform":"bluesky","author":"{author}",'
        '"created_at":"2026-11-22T00:00:00.000000Z","lang":"en","hashtags":["rivers","water"],"text":"'
    )
    return UserRecord(author, None, (start.ljust(EVENT_BYTES - 2, "x") + '"}').encode())
