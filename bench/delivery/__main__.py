"""Delivery beside a loop that only posts, beside APScheduler, idle, and on PostgreSQL.

    python -m bench.delivery [send] [year] [latency] [peers] [idle] [processes]
                             [--posts N] [--rounds N] [--large]

The programs run on core 0, the local Slack on core 1, in alternating rounds. Every run
asserts that each post arrived once. Prints medians, and writes bench/results/delivery.json
and delivery.svg.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel

from bench.chart import draw_bars
from bench.delivery.stock import stock, stock_past
from bot.app import build
from storage.engine import open_engine
from storage.schema import migrate

RESULTS = Path(__file__).parents[1] / "results"
Figures = dict[str, float]
WORKLOADS = ("send", "year", "latency", "peers", "idle", "processes")


@dataclass(frozen=True)
class Api:
    """The local Slack on core 1."""

    port: int

    @property
    def url(self) -> str:
        """Its Web API."""
        return f"http://127.0.0.1:{self.port}/api/"

    def ask(self, path: str) -> Any:
        """Call one of its own pages."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return json.load(answer)

    def check(self, posts: int) -> Figures:
        """Return what arrived, after making sure that all did, and once."""
        seen: Figures = self.ask("/stats")
        assert seen["posts"] == posts, f"{seen['posts']} of {posts} posts arrived"
        assert not seen["doubled"], f"{seen['doubled']} posts arrived twice"
        return seen


@contextmanager
def run_api() -> Iterator[Api]:
    """Run the local Slack until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with start("bench.delivery.api", "--port", str(port), core=1) as process:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        try:
            yield Api(port)
        finally:
            process.terminate()


def start(module: str, *words: str, core: int = 0) -> subprocess.Popen[str]:
    """Start a program of ours on a core."""
    command = [sys.executable, "-m", module, *words]
    if shutil.which("taskset"):
        command = ["taskset", "-c", str(core), *command]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> Figures:
    """Wait for a program, and return the figures in its last line."""
    out, _ = process.communicate()
    assert process.returncode == 0, f"a measured program ended with {process.returncode}"
    figures: Figures = json.loads(out.splitlines()[-1])
    return figures


async def make_stock(url: str, schedules: int, days: int = 0) -> None:
    """Fill an empty database: every schedule in a workspace of its own, as hosted bots see it,
    with a post for each of so many days before."""
    app = build(url, {})
    await app.start()
    await stock(app.engine, schedules, schedules)
    await stock_past(app.engine, days)
    await app.close()


def compare(
    api: Api, posts: int, rounds: int, at_once: int, latency: float, days: int = 0
) -> dict[str, Figures]:
    """Send the same posts by a bare loop and by the engine, in turn; return the medians."""
    rows: dict[str, list[Figures]] = {"bare": [], "ours": []}
    with stocked(posts, days) as folder:
        for _ in range(rounds):
            for program, seen in rows.items():
                seen.append(send(api, folder, program, posts, at_once, latency))
    return {program: take_medians(seen) for program, seen in rows.items()}


@contextmanager
def stocked(posts: int, days: int = 0) -> Iterator[Path]:
    """Give a folder with a database in which so many posts are due."""
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(make_stock(f"sqlite+aiosqlite:///{name}/stock.db", posts, days))
        yield Path(name)


def send(api: Api, folder: Path, program: str, posts: int, at_once: int, latency: float) -> Figures:
    """Let a program send all that is due, and make sure that it did."""
    api.ask(f"/reset?latency={latency}")
    for old in folder.glob("quiz.db*"):
        old.unlink()
    shutil.copy(folder / "stock.db", folder / "quiz.db")
    words = ["--url", api.url, "--posts", str(posts), "--at-once", str(at_once)]
    words += ["--database", f"sqlite+aiosqlite:///{folder}/quiz.db"]
    figures = finish(start("bench.delivery.programs", program, *words))
    api.check(posts)
    tell(f"{program}, {posts} posts", figures["seconds"])
    return figures | {"rate": posts / figures["seconds"]}


def take_medians(rows: Sequence[Figures]) -> Figures:
    """Return each figure's median, with the least and the most of the rates."""
    medians = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    rates = [row["rate"] for row in rows if "rate" in row]
    return medians | ({"slowest": min(rates), "fastest": max(rates)} if rates else {})


def tell(what: str, seconds: float) -> None:
    """Show that something goes on."""
    print(f"  {what}: {seconds:.2f} s", file=sys.stderr, flush=True)


def bench_send(api: Api, posts: int, rounds: int, large: bool) -> dict[str, Any]:
    """Ten thousand channels due at once, and how the rate holds with their number."""
    middle = compare(api, posts, rounds, 50, 0.0)
    bare, ours = middle["bare"], middle["ours"]
    print(f"{posts} channels due at once: bare {bare['rate']:.0f}/s, ours {ours['rate']:.0f}/s")
    say_goal("rate beside the bare loop", ours["rate"] / bare["rate"], 0.85)
    say_goal("CPU beside the bare loop", bare["cpu"] / ours["cpu"], 0.85)
    say_limit("longest block of the event loop, ms", ours["blocked"] * 1000, 50)
    say_limit("peak memory, MB", ours["memory"], 80)
    sizes = {posts: middle}
    for size in (1_000, 100_000) if large else ():
        sizes[size] = compare(api, size, 1 if size > posts else rounds, 50, 0.0)
    if large:
        held = sizes[100_000]["ours"]["rate"] / sizes[1_000]["ours"]["rate"]
        say_goal("rate at 100,000 beside that at 1,000", held, 0.9)
    return {str(size): figures for size, figures in sizes.items()}


def bench_year(api: Api, posts: int, rounds: int) -> dict[str, Any]:
    """Channels that have had a post every day for a year, beside new ones."""
    figures = {str(days): compare(api, posts, rounds, 50, 0.0, days) for days in (0, 365)}
    new, old = (found["ours"] for found in figures.values())
    print(f"{posts} channels: new {new['rate']:.0f}/s, after a year {old['rate']:.0f}/s")
    print(f"rate after a year: {old['rate'] / new['rate']:.2f} of that of new channels")
    return figures


def bench_latency(api: Api, posts: int, rounds: int) -> dict[str, Any]:
    """An API that takes 100 ms."""
    figures = compare(api, posts, rounds, 500, 0.1)
    say_goal("posts a second at 100 ms of latency", figures["ours"]["rate"], 2500)
    return figures


def bench_peers(api: Api, posts: int, rounds: int) -> dict[str, Any]:
    """How late the last post is, beside APScheduler with a job for each channel."""
    peers = {
        f"APScheduler, {store} store, {client} client": (store, client == "plain", wanted)
        for store, wanted in (("memory", 4.0), ("sql", 10.0))
        for client in ("plain", "our")
    }
    found: dict[str, list[Figures]] = {name: [] for name in ("ours", *peers)}
    with stocked(posts) as folder:
        for _ in range(rounds):
            ours = send(api, folder, "ours", posts, 50, 0.0)
            found["ours"].append(ours | {"lateness": ours["seconds"]})
            for name, (store, is_plain, _) in peers.items():
                found[name].append(run_peer(api, name, posts, store, is_plain, grace=3600))
    medians = {name: take_medians(seen) for name, seen in found.items()}
    lateness = medians["ours"]["lateness"]
    print(f"ours: last of {posts} posts after {lateness:.1f} s")
    for name, (_, _, wanted) in peers.items():
        peer = medians[name]
        print(
            f"{name}: last post after {peer['lateness']:.1f} s, "
            f"{peer['lost']:.0f} of {posts} lost, {peer['memory']:.0f} MB"
        )
        say_goal(f"times earlier than {name}", peer["lateness"] / lateness, wanted)
    for store in ("memory", "sql"):
        name = f"APScheduler, {store} store, default grace"
        medians[name] = run_peer(api, name, posts, store, is_plain=True, grace=None)
        print(f"{name}: {medians[name]['lost']:.0f} of {posts} lost")
    return medians


def run_peer(
    api: Api, name: str, posts: int, store: str, is_plain: bool, grace: int | None
) -> Figures:
    """Let APScheduler post what it can."""
    api.ask("/reset?latency=0")
    words = ["--url", api.url, "--jobs", str(posts), "--store", store]
    words += ["--plain"] if is_plain else []
    words += [] if grace is None else ["--grace", str(grace)]
    figures = finish(start("bench.delivery.peers", *words))
    tell(name, figures["lateness"])
    return figures


def bench_idle(schedules: int) -> Figures:
    """What waiting costs."""
    figures = finish(start("bench.delivery.idle", "--schedules", str(schedules)))
    say_limit(
        f"{schedules} schedules: a wake-up with nothing due, ms", figures["nothing_due_ms"], 1
    )
    say_limit("planning 1,000 that are due, ms", figures["planning_1000_ms"], 60)
    say_limit("restarting, s", figures["restart_s"], 2)
    say_limit("a million next runs, s", figures["next_runs_1000000_s"], 2)
    say_limit("memory, MB", figures["memory_mb"], 80)
    print(f"adding 100,000 schedules: {figures['adding_100000_s']:.1f} s")
    return figures


def bench_processes(api: Api, posts: int, rounds: int) -> dict[str, float]:
    """Deliveries a second of one, two and four processes that share PostgreSQL."""
    from tests.postgres import run_server

    rates: dict[str, list[float]] = {"1": [], "2": [], "4": []}
    with run_server() as url:
        for _ in range(rounds):
            for count, seen in rates.items():
                asyncio.run(_refill(url, posts))
                api.ask("/reset?latency=0")
                words = ["--url", api.url, "--database", url]
                running = [
                    start("bench.delivery.programs", "ours", *words, core=number % 2)
                    for number in range(int(count))
                ]
                for process in running:
                    finish(process)
                arrived = api.check(posts)
                seen.append(posts / (arrived["last"] - arrived["first"]))
    medians = {count: statistics.median(seen) for count, seen in rates.items()}
    for count, rate in medians.items():
        print(f"PostgreSQL, {count} process(es): {rate:.0f} deliveries a second")
    return medians


async def _refill(url: str, posts: int) -> None:
    engine = open_engine(url)
    await migrate(engine)
    async with engine.begin() as connection:
        names = ", ".join(SQLModel.metadata.tables)
        await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    await engine.dispose()
    await make_stock(url, posts)


def say_goal(what: str, value: float, least: float) -> None:
    """Print a figure that should be at least so much."""
    print(f"{what}: {value:.2f}  goal at least {least}: {'met' if value >= least else 'MISSED'}")


def say_limit(what: str, value: float, most: float) -> None:
    """Print a figure that should be at most so much."""
    print(f"{what}: {value:.2f}  goal at most {most}: {'met' if value <= most else 'MISSED'}")


def main() -> None:
    """Run the workloads that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", nargs="*", choices=[*WORKLOADS, []], default=[])
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--schedules", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", action="store_true", help="also 1,000 and 100,000 channels")
    options = parser.parse_args()
    wanted = options.workloads or WORKLOADS
    results: dict[str, Any] = {}
    with run_api() as api:
        if "send" in wanted:
            results["send"] = bench_send(api, options.posts, options.rounds, options.large)
        if "year" in wanted:
            results["year"] = bench_year(api, options.posts // 5, options.rounds)
        if "latency" in wanted:
            results["latency"] = bench_latency(api, options.posts, options.rounds)
        if "peers" in wanted:
            results["peers"] = bench_peers(api, options.posts, options.rounds)
        if "processes" in wanted:
            results["processes"] = bench_processes(api, options.posts, min(options.rounds, 3))
    if "idle" in wanted:
        results["idle"] = bench_idle(options.schedules)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "delivery.json").write_text(json.dumps(results, indent=2))
    rates = {
        f"{program}, {size} channels": figures["rate"]
        for size, programs in results.get("send", {}).items()
        for program, figures in programs.items()
    }
    rates |= {f"{n} on PostgreSQL": rate for n, rate in results.get("processes", {}).items()}
    if rates:
        (RESULTS / "delivery.svg").write_text(draw_bars("Posts a second", rates))


if __name__ == "__main__":
    main()
