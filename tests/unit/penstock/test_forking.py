"""A producer in a process forked from its own; in processes apart, since the threads of tests should not be forked."""

import os
from collections.abc import Callable

import pytest

from tests.unit.penstock.program_server import Ran

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")

Run = Callable[[str], Ran]

PRELUDE = """
import asyncio, os, signal, sys, traceback, warnings
from penstock import AsyncProducer, Producer
from penstock.errors import ForkedProducerError
from tests.unit.penstock.stub_client import StubClient

stub = StubClient()
# Since Python 3.12 such forks are warned of, rightly: this is about those who fork all the same.
warnings.simplefilter("ignore", DeprecationWarning)

def refused(use):
    try:
        use()
    except ForkedProducerError as error:
        return "fork" in str(error)

def in_a_child(does):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(30)
            status = 0 if does() else 2
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


def test_a_forked_copy_says_that_it_cannot_send_and_the_parent_s_goes_on(run: Run) -> None:
    ran = run(
        PRELUDE
        + """
parents = Producer("events", client=stub.client)
before = parents.put(b"before", partition_key="key")

def child():
    assert refused(lambda: parents.put(b"data", partition_key="key"))
    assert refused(parents.flush)
    parents.close()
    with Producer("events", client=stub.client) as childs:
        childs.put(b"child", partition_key="key").result(timeout=30)
    return True

# As another thread of the parent may hold it, at any time, while it is forked.
with parents._shell.lock:
    assert in_a_child(child) == 0
assert before.result(timeout=30)
assert parents.put(b"after", partition_key="key").result(timeout=30)
parents.close()
"""
    )
    assert ran == (0, "", "")


def test_a_future_of_the_parent_s_says_that_the_child_cannot_know(run: Run) -> None:
    ran = run(
        PRELUDE
        + """
parents = Producer("events", client=stub.client, linger_seconds=60)
done = parents.put(b"done", partition_key="key")
parents.flush()
pending = parents.put(b"pending", partition_key="key")
def child():
    assert done.result()
    assert refused(pending.result)
    assert refused(pending.exception)
    assert refused(lambda: pending.add_done_callback(print))
    return not pending.done()

with pending._completion._lock:
    assert in_a_child(child) == 0
parents.flush()
assert pending.result(timeout=0)
parents.close()
"""
    )
    assert ran.status == 0, ran.stderr


def test_a_forked_copy_on_a_loop_says_so_too(run: Run) -> None:
    ran = run(
        PRELUDE
        + """
async def use(parents):
    for use in lambda: parents.put(b"data", partition_key="key"), parents.flush:
        try:
            await use()
        except ForkedProducerError:
            continue
        return False
    await parents.close()
    async with AsyncProducer("events", client=stub.client) as childs:
        assert await (await childs.put(b"child", partition_key="key"))
    return True

async def main():
    parents = AsyncProducer("events", client=stub.client)
    assert await (await parents.put(b"before", partition_key="key"))
    pending = await parents.put(b"pending", partition_key="key")

    def child():
        # The child has a copy of the parent's running loop, which it cannot run on with.
        asyncio._set_running_loop(None)

        async def wait():
            await pending

        assert refused(lambda: asyncio.run(wait()))
        return asyncio.run(use(parents))

    assert in_a_child(child) == 0
    assert await (await parents.put(b"after", partition_key="key"))
    await parents.close()

asyncio.run(main())
"""
    )
    assert ran == (0, "", "")


def test_a_child_that_exits_or_is_terminated_leaves_the_parent_s_events_alone(run: Run) -> None:
    ran = run(
        PRELUDE
        + """
parents = Producer("events", client=stub.client, linger_seconds=60, drain_on_sigterm=True)
parents.put(b"parent", partition_key="key")
child = os.fork()
if child == 0:
    sys.exit(7)  # with all exit handlers
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert in_a_child(lambda: os.kill(os.getpid(), signal.SIGTERM)) == -signal.SIGTERM

def child_that_has_one():
    childs = Producer("events", client=stub.client, linger_seconds=60, drain_on_sigterm=True)
    future = childs.put(b"child", partition_key="key")
    signal.signal(signal.SIGALRM, lambda *_: None)
    future.add_done_callback(lambda _: print("drained", flush=True))
    os.kill(os.getpid(), signal.SIGTERM)
    while True:
        signal.pause()

assert in_a_child(child_that_has_one) == -signal.SIGTERM
parents.close()
print([event.data for event in stub.stream.events])
"""
    )
    assert ran == (0, "drained\n[b'parent']\n", "")
