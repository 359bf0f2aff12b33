"""How long an answer would have to wait for its grade."""

from __future__ import annotations

import asyncio

from bot.grading.aside import _WORKERS, Queue


async def test_the_wait_is_that_of_all_who_are_ahead() -> None:
    now = iter(range(0, 1000, 4))
    queue = Queue(lambda: float(next(now)))
    assert queue.wait == 0.0

    await queue.run(lambda: None)
    assert queue.wait == 0.0, "nobody is ahead any more"

    ahead = [asyncio.create_task(queue.run(lambda: None)) for _ in range(5)]
    await asyncio.sleep(0)
    assert queue.wait == 5 * 4.0 / _WORKERS
    await asyncio.gather(*ahead)
    assert queue.wait == 0.0


async def test_one_that_fails_is_not_ahead_for_ever() -> None:
    queue = Queue()
    await queue.run(lambda: None)
    failed = await asyncio.gather(queue.run(lambda: [][1]), return_exceptions=True)
    assert isinstance(failed[0], IndexError)
    assert queue.wait == 0.0
