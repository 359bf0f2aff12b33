"""Work that goes on by itself comes to its end, whatever becomes of other work."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.background import Background


async def test_a_fault_comes_out_when_all_else_is_done() -> None:
    background, go_on = Background(), asyncio.Event()
    done: list[str] = []

    async def fail() -> None:
        raise LookupError("a fault")

    async def post() -> None:
        await go_on.wait()
        done.append("posted")
        background.begin(settle())

    async def settle() -> None:
        done.append("settled")

    for work in (fail(), post()):
        background.begin(work)
    asyncio.get_running_loop().call_soon(go_on.set)
    with pytest.raises(LookupError, match="a fault"):
        await background.finish()
    assert done == ["posted", "settled"]
