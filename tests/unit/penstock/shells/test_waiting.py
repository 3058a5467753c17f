"""Waiting on an event loop."""

import asyncio

from penstock.shells.waiting import Line
from tests.unit.penstock.on_a_loop import on_a_loop


@on_a_loop
async def test_whoever_has_found_room_lets_the_next_one_look() -> None:
    line = Line()
    room = 0

    def take() -> int | None:
        nonlocal room
        room -= 1
        return room if room >= 0 else None

    tasks = [
        asyncio.create_task(line.wait(take, poll=lambda: None, over=lambda: False, deadline=None)) for _ in range(3)
    ]
    await asyncio.sleep(0)
    assert len(line) == 3
    room = 3
    line.call()  # once, for an answer that makes room for all of them
    assert await asyncio.gather(*tasks) == [2, 1, 0]
