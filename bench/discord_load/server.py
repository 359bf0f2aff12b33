"""The local Discord that the programs work against, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from tests.fakes.discord.world import Guild, User
from tests.fakes.discord_server import TOKEN, DiscordServer


def furnish(guild: Guild, server: DiscordServer) -> None:
    """Give a server what a small real one has: 20 channels, 10 roles and 30 emojis of its own."""
    for number in range(20):
        server.world.add_channel(guild, f"channel-{number}")
    for number in range(10):
        server.world.add_role(guild, f"role-{number}")
    guild.emojis = [
        {"id": str(server.world.new_id()), "name": f"emoji_{number}", "roles": [], "user": None}
        for number in range(30)
    ]


async def ask_often(server: DiscordServer, took: list[float]) -> None:
    """Call a slash command every 50 ms once posts arrive; note the seconds to each ack."""
    user = server.member("zoe")
    calls = server.rest.calls
    await server.until(lambda: any(c.path.endswith("/messages") for c in calls), patience=600)
    while True:
        took.append(await time_ack(server, user))
        await asyncio.sleep(0.05)


async def time_ack(server: DiscordServer, user: User) -> float:
    """Return the seconds until a slash command is acknowledged."""
    started = time.perf_counter()
    asked = await server.call(user, "help")
    await server.until(lambda: asked.callback is not None)
    return time.perf_counter() - started


async def serve(channels: int, guilds: int, limit: int, asks: bool) -> None:
    """Run a local Discord until stdin ends; print where it is and its channels."""
    server = DiscordServer()
    for number in range(1, guilds):
        furnish(server.world.add_guild(f"guild-{number}"), server)
    ids = [server.world.add_channel(server.guild, f"c{n}").id for n in range(channels)]
    server.rest.limit = limit
    await server.start()
    where = {"api": server.api_url, "gateway": server.gateway_url, "token": TOKEN}
    print(json.dumps({**where, "channels": ids}), flush=True)
    loop = asyncio.get_running_loop()
    acks: list[float] = []
    asking = asyncio.create_task(ask_often(server, acks)) if asks else None
    while await loop.run_in_executor(None, sys.stdin.readline):
        calls = server.rest.calls
        posts = [c for c in calls if c.method == "POST" and c.path.endswith("/messages")]
        good = [c.at for c in posts if c.status == 200]
        told: dict[str, float] = {
            "posts": len(good),
            "refused": sum(c.status == 429 for c in calls),
        }
        told["seconds"] = max(good) - min(good) if len(good) > 1 else 0.0
        told["ack_p99"] = sorted(acks)[int(len(acks) * 0.99)] if acks else 0.0
        told["acks"] = len(acks)
        print(json.dumps(told), flush=True)
    if asking:
        asking.cancel()
