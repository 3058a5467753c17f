"""A producer in a process forked from its own; in a process apart, since the threads of tests should not be forked."""

import os
import subprocess
import sys

import pytest

CODE = """
import os
from penstock import Producer
from penstock.errors import ForkedProducerError
from tests.unit.penstock.stub_client import StubClient

def refused(use):
    try:
        use()
    except ForkedProducerError as error:
        return "after the fork" in str(error)

stub = StubClient()
with Producer("events", client=stub.client) as parents:
    parents.put(b"before", partition_key="key").result(timeout=30)
    # As another thread of the parent may, at any time, while it is forked.
    with parents._shell.lock:
        child = os.fork()
    if child == 0:
        code = 1
        try:
            if refused(lambda: parents.put(b"data", partition_key="key")) and refused(parents.flush):
                parents.close()
                with Producer("events", client=stub.client) as childs:
                    childs.put(b"child", partition_key="key").result(timeout=30)
                code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    parents.put(b"after", partition_key="key").result(timeout=30)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")
def test_a_forked_copy_says_that_it_cannot_send_and_the_parent_s_goes_on() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], check=False, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
