"""The live feed, against websocket servers on this machine."""

import json
import logging
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.sync.server import Server, ServerConnection, serve

from penstock.backoff import Backoff
from penstock.events import SocialEvent
from penstock.sources.bluesky import PUBLIC_INSTANCES, REWIND_US, SILENCE_SECONDS, Connection, LiveFeed, dial
from penstock.sources.source import RawEvent, SourceError, SourceItem

START_US = 1_777_636_800_000_000
Handler = Callable[[ServerConnection], None]


def frame(number: int) -> str:
    commit = {"operation": "create", "collection": "app.bsky.feed.like", "rkey": str(number), "record": {}}
    return json.dumps({"kind": "commit", "did": "did:plc:a", "time_us": START_US + number, "commit": commit})


def numbers(items: Iterator[SourceItem]) -> list[int]:
    return [int(item.event_id.rpartition("/")[2]) for item in items if isinstance(item, SocialEvent)]


class Instance:
    """A Jetstream of our own: plays one script for each connection, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.scripts: deque[Handler] = deque()
        self.queries: list[dict[str, list[str]]] = []
        self._server: Server = serve(self._handle, "127.0.0.1", 0, close_timeout=0.2)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/subscribe"

    def _handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.queries.append(parse_qs(urlsplit(connection.request.path).query))
        self.scripts.popleft()(connection)

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()


def sends(*frames: int | str | bytes) -> Handler:
    """Send frames and say goodbye."""

    def handler(connection: ServerConnection) -> None:
        for each in frames:
            connection.send(frame(each) if isinstance(each, int) else each)

    return handler


def breaks_off(*frames: int) -> Handler:
    """Send frames and cut the line."""

    def handler(connection: ServerConnection) -> None:
        sends(*frames)(connection)
        connection.socket.shutdown(socket.SHUT_RDWR)

    return handler


def stays(*frames: int) -> Handler:
    """Send frames and wait for the client to go."""

    def handler(connection: ServerConnection) -> None:
        sends(*frames)(connection)
        for _ in connection:
            pass

    return handler


@pytest.fixture
def instance() -> Iterator[Instance]:
    own = Instance()
    yield own
    own.stop()


@pytest.fixture
def waits() -> list[float]:
    return []


def feed(waits: list[float], *instances: str, dialling: Callable[[str], Connection] = dial) -> LiveFeed:
    backoff = Backoff(base=1.0, cap=30.0, random=lambda: 1.0)
    return LiveFeed(instances=instances, dial=dialling, backoff=backoff, wait=waits.append)


def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_the_feed_asks_for_the_collections_that_are_events(instance: Instance, waits: list[float]) -> None:
    instance.scripts.append(stays(1, 2))
    live = feed(waits, instance.url)
    assert not live.finite
    assert numbers(islice(live, 2)) == [1, 2]
    live.close()
    assert instance.queries == [
        {"wantedCollections": ["app.bsky.feed.like", "app.bsky.feed.post", "app.bsky.feed.repost"]}
    ]


@pytest.mark.parametrize("lost", [sends(1, 9, 8), breaks_off(1, 9, 8)])
def test_a_lost_feed_resumes_from_seconds_before_its_newest_frame(
    instance: Instance, waits: list[float], lost: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    instance.scripts.extend([lost, stays(8, 9, 10)])
    live = feed(waits, instance.url)
    with caplog.at_level(logging.INFO, logger="penstock.sources.bluesky"):
        assert numbers(islice(live, 6)) == [1, 9, 8, 8, 9, 10]
    live.close()
    assert instance.queries[1]["cursor"] == [str(START_US + 9 - REWIND_US)]
    assert waits == [1.0]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert caplog.messages[0].startswith("lost 127.0.0.1:")
    assert "\n" not in caplog.messages[0]


def test_what_the_feed_cannot_read_is_kept_and_the_rest_goes_on(instance: Instance, waits: list[float]) -> None:
    instance.scripts.append(sends("{broken", b"\xff\xfe", 1))
    live = feed(waits, instance.url)
    broken, binary, like = islice(live, 3)
    live.close()
    assert isinstance(broken, RawEvent)
    assert isinstance(binary, RawEvent)
    assert (broken.data, binary.data) == (b"{broken", b"\xff\xfe")
    assert isinstance(like, SocialEvent)


def test_a_frame_of_several_mebibytes_does_not_end_the_feed(instance: Instance, waits: list[float]) -> None:
    large = frame(1).replace('"record": {}', '"record": {"about": "' + "x" * 3_000_000 + '"}')
    instance.scripts.append(stays_after(sends(large, 2)))
    live = feed(waits, instance.url)
    assert numbers(islice(live, 2)) == [1, 2]
    live.close()
    assert waits == []


def stays_after(first: Handler) -> Handler:
    def handler(connection: ServerConnection) -> None:
        first(connection)
        stays()(connection)

    return handler


def test_the_next_instance_takes_over_with_the_same_cursor(instance: Instance, waits: list[float]) -> None:
    other = Instance()
    instance.scripts.append(breaks_off(5))
    other.scripts.append(stays(6))
    live = feed(waits, instance.url, other.url)
    assert numbers(islice(live, 2)) == [5, 6]
    live.close()
    other.stop()
    assert other.queries[0]["cursor"] == [str(START_US + 5 - REWIND_US)]


def test_waits_grow_while_no_frame_comes_and_begin_anew_after_one(instance: Instance, waits: list[float]) -> None:
    instance.scripts.extend([breaks_off(1), breaks_off(), breaks_off(), breaks_off(2), stays(3)])
    live = feed(waits, instance.url)
    assert numbers(islice(live, 3)) == [1, 2, 3]
    live.close()
    assert waits == [1, 2, 4, 1]


def test_closing_ends_an_iteration_that_waits_for_a_frame(instance: Instance, waits: list[float]) -> None:
    instance.scripts.append(stays(1))
    live = feed(waits, instance.url)
    items = iter(live)
    assert numbers(islice(items, 1)) == [1]
    closer = threading.Thread(target=live.close)
    closer.start()
    assert list(items) == []
    closer.join()
    live.close()
    assert waits == []


def test_closing_ends_an_iteration_that_waits_to_try_again(instance: Instance) -> None:
    instance.scripts.append(breaks_off(1))
    backoff = Backoff(base=3600.0, cap=3600.0, random=lambda: 1.0)
    live = LiveFeed(instances=[instance.url], backoff=backoff)
    items = iter(live)
    assert numbers(islice(items, 1)) == [1]
    closer = threading.Thread(target=live.close)
    closer.start()
    assert list(items) == []
    closer.join()


def test_a_closed_feed_brings_nothing(instance: Instance, waits: list[float]) -> None:
    instance.scripts.append(stays(1))
    live = feed(waits, instance.url)
    live.close()
    assert list(live) == []


def test_the_first_connection_may_be_to_any_instance(instance: Instance, waits: list[float]) -> None:
    instance.scripts.append(stays(1))
    live = feed(waits, f"ws://127.0.0.1:{unused_port()}/subscribe", instance.url)
    assert numbers(islice(live, 1)) == [1]
    live.close()


def test_no_instance_at_all_is_one_line_of_what_to_do() -> None:
    ports = unused_port(), unused_port()
    with pytest.raises(SourceError) as raised:
        LiveFeed(instances=[f"ws://127.0.0.1:{port}/subscribe" for port in ports])
    message = str(raised.value)
    assert message.startswith("cannot reach Bluesky's live feed: [Errno 111] Connection refused")
    assert all(f"127.0.0.1:{port}" in message for port in ports)
    assert "play a recorded file" in message
    assert "\n" not in message


def test_a_network_that_swallows_everything_is_given_up_before_all_instances_are_tried() -> None:
    tried = []

    def swallowed(uri: str) -> Connection:
        tried.append(uri)
        raise TimeoutError

    clock = iter(range(0, 1000, 5))
    with pytest.raises(SourceError, match="TimeoutError"):
        LiveFeed(dial=swallowed, monotonic=lambda: float(next(clock)))
    assert len(tried) == 3 < len(PUBLIC_INSTANCES)


def test_a_feed_that_falls_silent_is_lost(waits: list[float]) -> None:
    class Silent:
        closed = False

        def recv(self, timeout: float | None = None, *, decode: bool | None = None) -> str | bytes:
            assert (timeout, decode) == (SILENCE_SECONDS, False)
            raise TimeoutError(f"timed out in {timeout}s")

        def close(self) -> None:
            self.closed = True

    class Talking(Silent):
        def recv(self, timeout: float | None = None, *, decode: bool | None = None) -> str | bytes:  # noqa: ARG002 - talks at once
            return frame(1).encode()

    connections: list[Silent] = []

    def dialling(uri: str) -> Connection:
        connections.append(Silent() if "first" in uri else Talking())
        return connections[-1]

    live = feed(waits, "ws://first", "ws://second", dialling=dialling)
    assert numbers(islice(live, 1)) == [1]
    assert [connection.closed for connection in connections] == [True, False]
    assert waits == [1.0]


def test_a_feed_closed_while_it_connects_ends(instance: Instance) -> None:
    instance.scripts.extend([breaks_off(), stays(1)])
    dialled = 0

    def dialling(uri: str) -> Connection:
        nonlocal dialled
        dialled += 1
        connection = dial(uri)
        if dialled == 2:
            live.close()
        return connection

    live = LiveFeed(instances=[instance.url], dial=dialling, wait=lambda _: None)
    assert list(live) == []
    assert dialled == 2


def test_public_instances_are_asked_over_tls() -> None:
    assert len(PUBLIC_INSTANCES) == len(set(PUBLIC_INSTANCES)) == 6
    for url in PUBLIC_INSTANCES:
        assert urlsplit(url).scheme == "wss"
        assert url.endswith(".bsky.network/subscribe")
