"""Ctrl-C ends the command with status 130 and one line, whenever it comes and whatever hangs."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = os.environ | {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "NO_PROXY": "127.0.0.1",
}
COMMAND = [sys.executable, "-m", "consumers.redrive", "list"]
MOST_SECONDS = 30


def start(arguments: list[str], **changes: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        arguments, env=ENVIRONMENT | changes, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_while_it_is_still_importing(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n")
    process = start(COMMAND, PYTHONPATH=str(tmp_path))
    output, errors = process.communicate(timeout=MOST_SECONDS)
    assert (process.returncode, output, errors) == (130, "", "interrupted; running it again is safe\n")


def test_while_a_call_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        frozen.settimeout(MOST_SECONDS)
        process = start(COMMAND, AWS_ENDPOINT_URL=f"http://127.0.0.1:{frozen.getsockname()[1]}")
        connection, _ = frozen.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=MOST_SECONDS)
    assert (process.returncode, output) == (130, "")
    assert errors.strip() == "interrupted; running it again is safe"


HANGS_TWICE = """
import os, signal, threading
from consumers.command import interruption

interruption.handle()
threading.Thread(target=threading.Event().wait).start()  # which the interpreter would wait for
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("first", flush=True)
    os.kill(os.getpid(), signal.SIGINT)
    print("never")
"""


def test_a_second_one_ends_it_at_once() -> None:
    process = start([sys.executable, "-c", HANGS_TWICE])
    assert process.communicate(timeout=MOST_SECONDS) == ("first\n", "")
    assert process.returncode == 130


def test_the_end_waits_for_no_thread() -> None:
    code = HANGS_TWICE.replace("os.kill(os.getpid(), signal.SIGINT)\n    print", "interruption.end(130)\n    print")
    process = start([sys.executable, "-c", code])
    assert process.communicate(timeout=MOST_SECONDS) == ("first\n", "")
    assert process.returncode == 130
