"""Discord: what delivering costs beside a bare discord.py loop, and what waiting costs.

    python -m bench.discord_load [--channels N] [--guilds N] [--rounds N]

A local Discord runs in a process of its own; each measured program does, too. Prints the
medians, and writes bench/results/discord.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.domain.question import Question

RESULTS = Path(__file__).parents[1] / "results"


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
        from bench.discord_load.server import serve

        asyncio.run(serve(options.channels, options.guilds, options.limit, options.asks))
    elif options.role == "all":
        _report(options)
    else:
        where = json.loads(sys.stdin.readline())
        print(json.dumps(_run(options.role, where, options.guilds, float(options.limit))))


def _run(role: str, where: dict[str, Any], guilds: int, rate: float) -> dict[str, float]:
    """Run one program. A bare client that waits imports nothing of ours: its memory counts."""
    wait_only = not where["channels"]
    if role == "bare":
        from bench.discord_load.bare import run_bare

        question = None if wait_only else _load_question()
        return asyncio.run(run_bare(where, question, wait_only))
    from bot.logs import configure_logs

    configure_logs("warning")
    if role == "ours":
        from bench.discord_load.ours import run_ours

        return run_ours(where, guilds, rate, wait_only)
    from bench.discord_load.adapter import run_adapter

    return asyncio.run(run_adapter(where, _load_question(), rate))


def _load_question() -> Question:
    from bot.questions.loader import load_pack
    from bot.questions.pack_files import shipped_packs

    return load_pack(next(iter(shipped_packs().values())))[0]


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
