"""Holding calls up in a test."""

from threading import Event


class Gate:
    """Holds calls up until it is opened."""

    def __init__(self) -> None:
        self.reached = Event()
        self.opened = Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self.opened.wait(30)
