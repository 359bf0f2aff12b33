"""A signed slash command by HTTP: its acknowledgement and its answer, beside bare Starlette.

    python -m bench.slash [--rounds N] [--requests N] [--command TEXT] [--deliveries N]

The program runs on core 0; the load and a local Slack on core 1. Each round measures both in
turn, alone and with ten clients, and asserts that each command was answered once.
Writes bench/results/slash.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from bot.app import build
from bot.domain.delivery import Draft, Purpose
from bot.domain.question import QuestionFilter
from tests.fakes.slack_acts import SlackActs
from tests.fakes.slack_requests import SIGNING_SECRET, sign
from tests.fakes.slack_server import SlackServer, run_slack

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
FORM = "application/x-www-form-urlencoded"
BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
async def answer(request):
    await request.body()
    return Response("")
app = Starlette(routes=[Route("/slack/events", answer, methods=["POST"])])
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
"""


@dataclass(frozen=True)
class Measured:
    """Seconds of each request, and of all of them."""

    times: list[float]
    took: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.times) / self.took

    def quantile(self, share: float) -> float:
        """Milliseconds that the share of the requests took at most."""
        return sorted(self.times)[int(share * (len(self.times) - 1))] * 1000


def make_request(body: str) -> bytes:
    """Return a whole HTTP request, signed as Slack does."""
    signed = "".join(f"{name}: {value}\r\n" for name, value in sign(body).items())
    return (
        f"POST /slack/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n"
        f"{signed}Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def send(port: int, requests: list[bytes]) -> list[float]:
    """Send requests over one connection, one after another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times = []
    for request in requests:
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        times.append(time.perf_counter() - started)
        assert head.startswith(b"HTTP/1.1 200"), head
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
    writer.close()
    return times


async def measure(port: int, requests: list[bytes], clients: int) -> Measured:
    """Spread the requests over so many clients."""
    started = time.perf_counter()
    parts = await asyncio.gather(*(send(port, requests[at::clients]) for at in range(clients)))
    return Measured([each for part in parts for each in part], time.perf_counter() - started)


@asynccontextmanager
async def run_process(port: int, *command: str, **environment: str) -> AsyncIterator[int]:
    """Run a server on core 0, wait until it listens, and yield its process id."""
    process = await asyncio.create_subprocess_exec(
        "taskset", "-c", "0", *command, env={**os.environ, **environment}
    )
    try:
        await wait_for_port(port)
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def wait_for_port(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(400):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError("the server does not listen")


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@asynccontextmanager
async def run_bot(
    server: SlackServer, acts: SlackActs, folder: str
) -> AsyncIterator[tuple[int, int]]:
    """Run the service by HTTP; yield its port and process id."""
    port = free_port()
    settings = {
        "DATABASE__URL": f"sqlite+aiosqlite:///{folder}/bench.db",
        "SLACK__ENABLED": "true",
        "SLACK__MODE": "http",
        "SLACK__BOT_TOKEN": min(acts.team.tokens),
        "SLACK__SIGNING_SECRET": SIGNING_SECRET,
        "SLACK__BASE_URL": server.base_url,
        "SLACK__MESSAGES_PER_MINUTE": "0",  # else one workspace's ten thousand take half an hour
        "WEB__ENABLED": "true",
        "WEB__PORT": str(port),
        "LOGGING__LEVEL": "warning",
    }
    named = {f"FASTAPI_QUIZ_{name}": value for name, value in settings.items()}
    words = (sys.executable, "-m", "bot", "run")
    async with run_process(port, *words, PYTHONPATH=str(ROOT), **named) as pid:
        yield port, pid


def read_cpu(pid: int) -> float:
    """Return the seconds of CPU that a process has had: it counts also on a busy machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure_cpu(
    figures: dict[str, float], name: str, pid: int, port: int, requests: list[bytes], clients: int
) -> None:
    """Measure until the last acknowledgement, with the CPU that a request took meanwhile.

    The bot's holds the answers that it sent between: on a busy machine almost all of them.
    """
    before = read_cpu(pid)
    note(figures, name, await measure(port, requests, clients))
    figures[f"{name}_cpu_us"] = (read_cpu(pid) - before) / len(requests) * 1e6


async def run_round(count: int, command: str) -> dict[str, float]:
    """Measure bare Starlette and the bot, alone and with ten clients."""
    figures: dict[str, float] = {}
    async with run_slack() as server:
        team = server.add_team()
        acts = SlackActs(server, team)
        ben = server.add_user(team, "ben")
        channel = server.add_channel(team, "general")

        def make_requests() -> list[bytes]:
            payloads = (acts.slash_payload(ben, channel.id, command) for _ in range(count))
            return [make_request(urlencode(payload)) for payload in payloads]

        port = free_port()
        async with run_process(port, sys.executable, "-c", BARE, str(port)) as pid:
            await measure(port, make_requests(), 1)
            for clients in (1, 10):
                requests = make_requests()
                await measure_cpu(figures, f"bare_{clients}", pid, port, requests, clients)
        with tempfile.TemporaryDirectory() as folder:
            async with run_bot(server, acts, folder) as (port, pid):
                await measure(port, make_requests()[:50], 1)
                await answered(server, 50)
                for clients in (1, 10):
                    server.state.calls.clear()
                    team.messages.clear()
                    started = time.perf_counter()
                    requests = make_requests()
                    await measure_cpu(figures, f"bot_{clients}", pid, port, requests, clients)
                    await answered(server, count)
                    figures[f"answers_{clients}"] = count / (time.perf_counter() - started)
                    assert not [name for name, _ in server.state.calls if name == "auth.test"]
    for clients in (1, 10):
        share = figures[f"bot_{clients}_rate"] / figures[f"bare_{clients}_rate"]
        figures[f"share_{clients}"] = share
    return figures


def note(figures: dict[str, float], name: str, measured: Measured) -> None:
    """Write down a measurement."""
    figures[f"{name}_rate"] = measured.rate
    figures[f"{name}_p50_ms"] = measured.quantile(0.5)
    figures[f"{name}_p99_ms"] = measured.quantile(0.99)


async def run_delivering(count: int) -> dict[str, float]:
    """Send 50 commands a second, from a process of their own, while deliveries run."""
    async with run_slack() as server:
        team = server.add_team()
        acts = SlackActs(server, team)
        ben = server.add_user(team, "ben")
        channels = [server.add_channel(team, f"channel-{number}").id for number in range(200)]
        with tempfile.TemporaryDirectory() as folder:
            await seed_deliveries(folder, team.id, channels, count)
            started = time.perf_counter()
            async with run_bot(server, acts, folder) as (port, _):
                payloads = (acts.slash_payload(ben, channels[0], "streak") for _ in range(5000))
                write_requests(folder, [make_request(urlencode(payload)) for payload in payloads])
                load = await asyncio.create_subprocess_exec(
                    *("taskset", "-c", "1", sys.executable, "-m", "bench.slash"),
                    *("--paced", str(port), f"{folder}/requests"),
                    stdout=asyncio.subprocess.PIPE,
                )

                def posted() -> list[str]:
                    return [m.ts for m in team.messages if m.kind == "question"]

                await server.until(lambda: len(team.messages) >= count <= len(posted()), 600)
                took = time.perf_counter() - started
                assert load.returncode is None
                load.terminate()
                times = [float(line) for line in (await load.stdout.read()).split()]  # type: ignore[union-attr]
                await load.wait()
            assert len(posted()) == count
    measured = Measured(times, took)
    return {
        "delivering_s": took,
        "delivering_commands": len(times),
        "delivering_p50_ms": measured.quantile(0.5),
        "delivering_p99_ms": measured.quantile(0.99),
    }


async def seed_deliveries(folder: str, team: str, channels: list[str], count: int) -> None:
    """Make a database in which so many questions are due now."""
    app = build(f"sqlite+aiosqlite:///{folder}/bench.db", {})
    await app.start()
    now = datetime.now(UTC)
    async with app.storage.writing() as work:
        workspace = await work.workspaces.ensure("slack", team, "bench")
        (question, *_) = await work.questions.deck(workspace.id, QuestionFilter())
        drafts = [
            Draft(
                workspace_id=workspace.id,
                channel=channels[number % len(channels)],
                slot=now.date(),
                key=f"bench{number}",
                purpose=Purpose.QUESTION,
                due_at=now,
                expires_at=now + timedelta(hours=1),
                question_key=question.key,
                question_id=question.id,
            )
            for number in range(count)
        ]
        for at in range(0, count, 500):
            await work.deliveries.insert(drafts[at : at + 500])
    await app.close()


def write_requests(folder: str, requests: list[bytes]) -> None:
    """Write requests for the process that sends them."""
    Path(folder, "requests").write_bytes(b"\0".join(requests))


def read_requests(file: str) -> list[bytes]:
    """Read them."""
    return Path(file).read_bytes().split(b"\0")


async def send_paced(port: int, file: str) -> None:
    """Send a request each 20 ms over new connections, and print what each took."""
    for request in read_requests(file):
        (took,) = await send(port, [request])
        print(took, flush=True)
        await asyncio.sleep(max(0.0, 0.02 - took))


async def answered(server: SlackServer, count: int) -> None:
    """Wait until each command was answered; none may be answered twice."""
    (team,) = server.state.teams.values()
    await server.until(lambda: len(team.messages) >= count, 300)
    assert len(team.messages) == count


def main() -> None:
    """Run the rounds and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--command", default="streak")
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--paced", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.paced:
        asyncio.run(send_paced(int(given.paced[0]), given.paced[1]))
        return
    os.sched_setaffinity(0, {1})
    rounds = [asyncio.run(run_round(given.requests, given.command)) for _ in range(given.rounds)]
    delivering = asyncio.run(run_delivering(given.deliveries)) if given.deliveries else {}
    summary = {
        name: {
            "median": round(statistics.median(one[name] for one in rounds), 3),
            "min": round(min(one[name] for one in rounds), 3),
            "max": round(max(one[name] for one in rounds), 3),
        }
        for name in rounds[0]
    }
    for name, figure in delivering.items():
        summary[name] = {"median": round(figure, 3), "min": figure, "max": figure}
    for name, values in summary.items():
        print(f"{name:18} {values['median']:>10} ({values['min']} – {values['max']})")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "slash.json").write_text(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
