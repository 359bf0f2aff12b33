"""Work behind acknowledgements."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from adapters.slack.backlog import Backlog, Turns


async def count_at_once(turns: Turns) -> int:
    """Return how many of twenty pieces of work go on at once."""
    backlog = Backlog()
    working, most = 0, 0

    async def work() -> None:
        nonlocal working, most
        async with turns.take():
            working += 1
            most = max(most, working)
            await asyncio.sleep(0)
            working -= 1

    for _ in range(20):
        backlog.start(work())
    await backlog.drain()
    return most


async def test_only_so_many_go_on_at_once() -> None:
    assert await count_at_once(Turns(at_once=2, longest=60)) == 2


async def test_fewer_go_on_while_requests_come_in() -> None:
    turns = Turns(at_once=4, while_busy=1, quiet=60, longest=60)
    turns.note_request()

    assert await count_at_once(turns) == 1
    turns.quiet = -1
    turns.note_request()
    assert await count_at_once(turns) == 4


async def test_whoever_is_cancelled_while_waiting_takes_no_turn_along() -> None:
    turns = Turns(at_once=1, longest=60)

    async def wait() -> None:
        async with turns.take():
            pass

    async with turns.take():
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    async with turns.take():
        late = asyncio.create_task(wait())
        await asyncio.sleep(0)
    late.cancel()  # its turn has come, but it did not go on yet
    await asyncio.wait({late})

    assert await count_at_once(turns) == 1


async def test_who_waits_for_long_gives_the_turn_away() -> None:
    turns, backlog = Turns(at_once=1, longest=0), Backlog()
    ready = asyncio.Event()
    done: list[str] = []

    async def wait() -> None:
        async with turns.take():
            await ready.wait()
            done.append("slow")

    async def hurry() -> None:
        async with turns.take():
            done.append("quick")
            ready.set()

    backlog.start(wait())
    backlog.start(hurry())
    async with asyncio.timeout(5):
        await backlog.drain()

    assert done == ["quick", "slow"]


async def test_what_does_not_end_keeps_no_service_from_stopping() -> None:
    """A reply may wait for minutes, because Slack asks it to."""
    backlog = Backlog()
    waiting = backlog.start(asyncio.Event().wait())
    with capture_logs() as logs:
        await backlog.drain(0.01)
    assert waiting.cancelled()
    assert [entry["event"] for entry in logs] == ["slack_work_broken_off"]
