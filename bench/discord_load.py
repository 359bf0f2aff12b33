"""Discord: what delivering costs beside a bare discord.py loop, and what waiting costs.

    python -m bench.discord_load [--channels N] [--guilds N] [--rounds N]

A local Discord runs in a process of its own; each measured program does, too. Prints the
medians, and writes bench/results/discord.json.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from datetime import time as wall_time
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
AT_ONCE = 100


def read_memory() -> float:
    """Return the resident memory of this process, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def furnish(guild: Any, server: Any) -> None:
    """Give a server what a small real one has: 20 channels, 10 roles and 30 emojis of its own."""
    for number in range(20):
        server.world.add_channel(guild, f"channel-{number}")
    for number in range(10):
        server.world.add_role(guild, f"role-{number}")
    guild.emojis = [
        {"id": str(server.world.new_id()), "name": f"emoji_{number}", "roles": [], "user": None}
        for number in range(30)
    ]


async def ask_often(server: Any, took: list[float]) -> None:
    """Call a slash command every 50 ms once posts arrive; note the seconds to each ack."""
    user = server.member("zoe")
    calls = server.rest.calls
    await server.until(lambda: any(c.path.endswith("/messages") for c in calls), patience=600)
    while True:
        started = time.perf_counter()
        asked = await server.call(user, "help")
        await server.until(lambda one=asked: one.callback is not None)
        took.append(time.perf_counter() - started)
        await asyncio.sleep(0.05)


async def serve(channels: int, guilds: int, limit: int, asks: bool) -> None:
    """Run a local Discord until stdin ends; print where it is and its channels."""
    from tests.fakes.discord_server import TOKEN, DiscordServer

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


def open_client(where: dict[str, Any]) -> Any:
    """Return a bare client with the settings of ours."""
    import discord
    from discord.http import Route

    Route.BASE = where["api"]
    return discord.AutoShardedClient(
        intents=discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True),
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        allowed_mentions=discord.AllowedMentions.none(),
        guild_ready_timeout=1.0,
    )


async def run_bare(where: dict[str, Any], question: Any, wait_only: bool) -> dict[str, float]:
    """Post one embed with two buttons to each channel, so many at once."""
    import discord

    client = open_client(where)
    await client.login(where["token"])
    task = asyncio.create_task(client.connect())
    await client.wait_until_ready()
    if wait_only:
        return await _finish(client, task, 0.0)
    gate = asyncio.Semaphore(AT_ONCE)

    async def post(number: int, channel: int) -> None:
        async with gate:
            view = discord.ui.View(timeout=None)
            for label in ("Answer", "Reveal"):
                view.add_item(discord.ui.Button(label=label, custom_id=f"{label}:{number}"))
            view.stop()
            embed = discord.Embed(title=question.title, description=question.prompt)
            embed.set_footer(text="fresher")
            place = client.get_partial_messageable(channel)
            await place.send(embed=embed, view=view, nonce=f"k{number}")

    cpu, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*(post(n, c) for n, c in enumerate(where["channels"])))
    took, used = time.perf_counter() - started, time.process_time() - cpu
    return {**await _finish(client, task, took), "cpu": used}


async def _finish(client: Any, task: Any, took: float) -> dict[str, float]:
    memory = read_memory()
    guilds = len(client.guilds)
    await client.close()
    task.cancel()
    return {"seconds": took, "cpu": 0.0, "memory": memory, "guilds": guilds}


def run_ours(where: dict[str, Any], guilds: int, rate: float, wait_only: bool) -> dict[str, float]:
    """Let as many schedules as channels be due at once, and deliver them, as `run` does."""
    from bot.app import prepare_database

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/quiz.db"
        prepare_database(url)
        return asyncio.run(_run_service(url, where, guilds, rate, wait_only))


async def _run_service(
    url: str, where: dict[str, Any], guilds: int, rate: float, wait_only: bool
) -> dict[str, float]:
    from pydantic import SecretStr

    from adapters.discord.platform import DiscordPlatform
    from adapters.local.simulation import VirtualClock
    from bot.app import build
    from bot.config import DiscordSettings
    from storage.adapter_words import AdapterWords
    from storage.engine import open_engine

    clock = VirtualClock(datetime(2026, 1, 5, 8, tzinfo=UTC))
    settings = DiscordSettings(
        token=SecretStr(where["token"]), api_url=where["api"], requests_per_second=rate
    )
    engine = open_engine(url)
    words = AdapterWords(engine, "discord")
    platform = DiscordPlatform(settings, words, guild_ready_timeout=1.0)
    app = build(engine, {"discord": platform.chat}, clock=clock)
    await app.start()
    await app.graders.load()
    await platform.start(app.handle)
    client = platform._client  # noqa: SLF001 - to wait as the bare loop does
    assert client is not None
    gc.collect()
    gc.freeze()
    await client.wait_until_ready()
    names = platform._servers._names  # noqa: SLF001 - to see them arrive, which is after ready
    while sum(map(bool, names.values())) < guilds:  # noqa: ASYNC110 - nobody tells a bench
        await asyncio.sleep(0.1)
    took = used = 0.0
    if not wait_only:
        await _add_schedules(app, where["channels"], clock.now())
        clock.move_to(datetime(2026, 1, 5, 9, tzinfo=UTC))
        cpu, started = time.process_time(), time.perf_counter()
        await app.run_due()
        took, used = time.perf_counter() - started, time.process_time() - cpu
    memory = read_memory()
    await platform.stop()
    await app.close()
    return {
        "seconds": took,
        "cpu": used,
        "memory": memory,
        "guilds": len(names),
    }


async def run_adapter(where: dict[str, Any], question: Any, rate: float) -> dict[str, float]:
    """Post through our adapter alone, without core and database, so many at once."""
    from datetime import date

    from pydantic import SecretStr

    from adapters.discord.platform import DiscordPlatform
    from bot.config import DiscordSettings
    from bot.domain.cards import QuestionCard
    from storage.adapter_words import AdapterWords
    from storage.engine import open_engine
    from storage.schema import migrate

    settings = DiscordSettings(
        token=SecretStr(where["token"]), api_url=where["api"], requests_per_second=rate
    )
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite+aiosqlite:///{folder}/quiz.db")
        await migrate(engine)
        platform = DiscordPlatform(settings, AdapterWords(engine, "discord"))
        await platform.start(_answer_nothing)
        gate = asyncio.Semaphore(AT_ONCE)

        async def post(number: int, channel: int) -> None:
            async with gate:
                card = QuestionCard(question, str(channel), date(2026, 1, 5), f"k{number}", 1)
                await platform.chat.post(str(channel), str(channel), card, f"k{number}")

        cpu, started = time.process_time(), time.perf_counter()
        await asyncio.gather(*(post(n, c) for n, c in enumerate(where["channels"])))
        took, used = time.perf_counter() - started, time.process_time() - cpu
        await platform.stop()
        await engine.dispose()
    return {"seconds": took, "cpu": used, "memory": read_memory(), "guilds": 0}


async def _answer_nothing(_event: Any) -> None:
    return None


async def _add_schedules(app: Any, channels: list[int], now: datetime) -> None:
    from bot.domain.schedule import Rhythm, Schedule, ScheduleId

    rhythm = Rhythm(wall_time(9), "UTC")
    async with app.storage.writing() as work:
        for channel in channels:
            workspace = await work.workspaces.ensure("discord", str(channel), "bench")
            schedule = Schedule(ScheduleId(0), workspace.id, 0, str(channel), rhythm)
            due_at = rhythm.next_slot(now).due_at
            await work.schedules.add(_with_due(schedule, due_at))


def _with_due(schedule: Any, due_at: datetime) -> Any:
    from dataclasses import replace

    return replace(schedule, next_due_at=due_at)


def _measure(
    role: str, channels: int, guilds: int, limit: int, *, asks: bool = False
) -> dict[str, float]:
    """Run one program against a fresh server, both in processes of their own."""
    me = [sys.executable, "-m", "bench.discord_load"]
    sizes = ["--channels", str(channels), "--guilds", str(guilds), "--limit", str(limit)]
    with subprocess.Popen(
        [*me, "--role", "server", *sizes, *(["--asks"] if asks else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        where = server.stdout.readline()
        done = subprocess.run(
            [*me, "--role", role, *sizes],
            input=where,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        server.stdin.write("\n")
        server.stdin.flush()
        seen = json.loads(server.stdout.readline())
        server.stdin.close()
        server.terminate()
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {
        **result,
        **{key: seen[key] for key in ("posts", "refused", "ack_p99", "acks")},
        "span": seen["seconds"],
    }


def compare(channels: int, guilds: int, limit: int, rounds: int) -> dict[str, dict[str, float]]:
    """Measure both programs in turn and return the medians."""
    seen: dict[str, list[dict[str, float]]] = {"bare": [], "ours": []}
    for _ in range(rounds):
        for role, results in seen.items():
            results.append(_measure(role, channels, guilds, limit))
    return {
        role: {key: statistics.median(one[key] for one in results) for key in results[0]}
        for role, results in seen.items()
    }


def main() -> None:
    """Measure, print, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=10_000)
    parser.add_argument("--guilds", type=int, default=2_500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--asks", action="store_true")
    parser.add_argument(
        "--role", choices=("all", "server", "bare", "ours", "adapter"), default="all"
    )
    options = parser.parse_args()
    if options.role == "server":
        asyncio.run(serve(options.channels, options.guilds, options.limit, options.asks))
    elif options.role == "all":
        _report(options)
    else:
        where = json.loads(sys.stdin.readline())
        print(json.dumps(_run(options.role, where, options.guilds, float(options.limit))))


def _run(role: str, where: dict[str, Any], guilds: int, rate: float) -> dict[str, float]:
    """Run one program. A bare client that waits imports nothing of ours: its memory counts."""
    wait_only = not where["channels"]
    if role == "bare" and wait_only:
        return asyncio.run(run_bare(where, None, wait_only))
    from bot.logs import configure_logs

    configure_logs("warning")
    if role == "ours":
        return run_ours(where, guilds, rate, wait_only)
    from bot.questions.loader import load_pack
    from bot.questions.pack_files import shipped_packs

    question = load_pack(next(iter(shipped_packs().values())))[0]
    run = run_bare(where, question, wait_only) if role == "bare" else None
    return asyncio.run(run or run_adapter(where, question, rate))


def _report(options: argparse.Namespace) -> None:
    rate = compare(options.channels, 1, 0, options.rounds)
    limited = {"ours": _measure("ours", 500, 1, 50)}
    asked = {
        "at the limit": _measure("ours", 500, 1, 50, asks=True),
        "flat out": _measure("ours", options.channels, 1, 0, asks=True),
    }
    memory = compare(0, options.guilds, 0, options.rounds)
    results = {"rate": rate, "limited": limited, "memory": memory, "asked": asked}
    for role, figures in rate.items():
        posts = figures["posts"] / figures["seconds"]
        print(f"{role}: {figures['posts']:.0f} posts, {posts:.0f} a second")
    bare, ours = rate["bare"]["seconds"], rate["ours"]
    print(f"planning and delivering: {bare / ours['seconds']:.2f} of the bare loop")
    print(f"by processor time: {rate['bare']['cpu'] / ours['cpu']:.2f} of it")
    kept = limited["ours"]
    share = (kept["posts"] - 1) / kept["span"] / 50
    print(f"limit of 50: {share:.3f} of it used, {kept['refused']:.0f} refused")
    for how, figures in asked.items():
        p99 = figures["ack_p99"] * 1000
        print(f"slash command while delivering {how}: p99 {p99:.0f} ms of {figures['acks']:.0f}")
    ratio = memory["ours"]["memory"] / memory["bare"]["memory"]
    print(f"memory with {memory['ours']['guilds']:.0f} servers: {ratio:.2f} times a bare client's")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "discord.json").write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
