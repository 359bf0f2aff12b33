"""What an operator's tools see of a real `run`: /readyz, /metrics, `check`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.test_slack_program import World, free_port, post_question, world
from tests.fakes.discord_server import TOKEN, DiscordServer, run_discord
from tests.fakes.program import Program, run_program

__all__ = ["world"]


class Watcher:
    """Asks a program's web server."""

    def __init__(self, http: aiohttp.ClientSession, port: int) -> None:
        self.http = http
        self.url = f"http://127.0.0.1:{port}"

    async def ready(self) -> tuple[int, dict[str, dict[str, Any]]]:
        async with self.http.get(f"{self.url}/readyz") as answer:
            facts = (await answer.json())["facts"]
            return answer.status, {fact["name"]: fact for fact in facts}

    async def until_ready(self, name: str, *, ok: bool) -> dict[str, Any]:
        """Ask until a part is as expected."""
        async with asyncio.timeout(20):
            while True:
                _, facts = await self.ready()
                if facts[name]["ok"] is ok:
                    return facts[name]
                await asyncio.sleep(0.02)

    async def metrics(self) -> dict[tuple[str, tuple[str, ...]], float]:
        async with self.http.get(f"{self.url}/metrics") as answer:
            text = await answer.text()
        return {
            (sample.name, tuple(sorted(sample.labels.values()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


def web(port: int) -> dict[str, str]:
    return {"web.enabled": "true", "web.port": str(port)}


def on_discord(server: DiscordServer) -> dict[str, str]:
    return {
        "discord.enabled": "true",
        "discord.token": TOKEN,
        "discord.api_url": server.api_url,
        "discord.gateway_url": server.gateway_url,
    }


async def check(folder: Path, settings: Mapping[str, str]) -> tuple[int, str]:
    """Run `fastapi-quiz check` with the same settings."""
    async with run_program(folder, settings, "check") as program:
        return await wait_for_end(program), program.said


async def wait_for_end(program: Program) -> int:
    async with asyncio.timeout(60):
        return await program.process.wait()


async def test_discord_alone_with_a_web_server_tells_how_it_is(tmp_path: Path) -> None:
    """No Slack, no public address: the web server is for the operator alone."""
    port = free_port()
    async with run_discord() as server, aiohttp.ClientSession() as http:
        settings = {**on_discord(server), **web(port)}
        watcher = Watcher(http, port)
        async with run_program(tmp_path, settings) as program:
            await program.until("started")
            await watcher.until_ready("dispatcher", ok=True)
            status, facts = await watcher.ready()
            assert (status, set(facts)) == (200, {"database", "discord", "dispatcher"})
            code, said = await check(tmp_path, settings)
            assert (code, "FAILED" in said) == (0, False), said
            assert "ok      readyz: discord: connected" in said

            server.gateway.shut = True
            for line in list(server.gateway.lines):
                await line.socket.close(code=4000)
            fact = await watcher.until_ready("discord", ok=False)
            assert "gateway" in fact["says"]
            status, _ = await watcher.ready()
            assert status == 503
            code, said = await check(tmp_path, settings)
            assert code == 1
            assert "FAILED  readyz: discord: The gateway" in said
            async with http.get(f"{watcher.url}/healthz") as answer:
                assert answer.status == 200, "a restart would not mend Discord"

            server.gateway.shut = False
            await watcher.until_ready("discord", ok=True)
            assert await program.terminate() == 0
        code, said = await check(tmp_path, settings)
        assert (code, "none runs" in said) == (0, True), said


async def test_slack_out_of_reach_at_the_start_keeps_nobody_from_discord(
    world: World, tmp_path: Path
) -> None:
    ports = free_port(), free_port()
    base_url = f"http://127.0.0.1:{ports[0]}/api/"
    async with run_discord() as discord, aiohttp.ClientSession() as http:
        settings = {**world.settings, **on_discord(discord), **web(ports[1])}
        watcher = Watcher(http, ports[1])
        async with run_program(tmp_path, {**settings, "slack.base_url": base_url}) as program:
            await program.until("started")
            await watcher.until_ready("discord", ok=True)
            fact = await watcher.until_ready("slack", ok=False)
            assert "Slack can't be reached (127.0.0.1). Check slack.base_url." in fact["says"]
            assert "slack_not_connected" in program.log
            code, said = await check(tmp_path, {**settings, "slack.base_url": base_url})
            assert code == 1
            assert "FAILED  readyz: slack: Slack can't be reached" in said

            await world.server.stop()
            await world.server.start(ports[0])
            await watcher.until_ready("slack", ok=True)
            await post_question(world)
            assert await program.terminate() == 0
    assert "Traceback" not in program.log


async def test_it_ends_with_0_while_slack_is_out_of_reach(tmp_path: Path, world: World) -> None:
    settings = {**world.settings, "slack.base_url": "http://127.0.0.1:1/api/"}
    async with run_program(tmp_path, settings) as program:
        await program.until("slack_not_connected")
        assert await program.terminate() == 0
    assert "Traceback" not in program.log


async def test_socket_mode_with_a_web_server_counts_what_happens(
    world: World, tmp_path: Path
) -> None:
    port = free_port()
    async with aiohttp.ClientSession() as http:
        watcher = Watcher(http, port)
        async with run_program(tmp_path, {**world.settings, **web(port)}) as program:
            await world.connected()
            question = await post_question(world)
            await world.acts.react(world.ana, question)
            await world.wait_for("reveal")
            await world.acts.type(world.ana, world.general.id, "nonsense")
            await world.wait_for("error")
            counted = await watcher.metrics()
            assert counted["fastapi_quiz_deliveries_total", ("confirmed",)] == 1
            assert counted["fastapi_quiz_delivery_lateness_seconds_count", ()] == 1
            assert counted["fastapi_quiz_api_call_seconds_count", ("ok", "slack")] >= 4
            assert counted["fastapi_quiz_event_seconds_count", ("ok", "schedule add")] == 1
            assert counted["fastapi_quiz_event_seconds_count", ("(reaction)", "ok")] == 1
            assert counted["fastapi_quiz_event_seconds_count", ("refused", "unknown")] == 1
            assert counted["fastapi_quiz_queue_depth", ("scheduled",)] == 0
            assert counted["fastapi_quiz_posts_in_flight", ()] == 0
            assert counted["fastapi_quiz_circuits_open", ()] == 0
            assert counted["fastapi_quiz_stuck", ()] == 0
            assert counted["fastapi_quiz_ready", ("slack",)] == 1
            assert counted["fastapi_quiz_ready", ("dispatcher",)] == 1
            assert counted["fastapi_quiz_event_loop_lag_seconds_count", ()] >= 1
            [version] = [labels for name, labels in counted if name == "fastapi_quiz_build_info"]
            assert version[0].count(".") == 2
            labels = {label for _, several in counted for label in several}
            assert not labels & {world.team.id, world.general.id, world.ana.id}

            world.server.shut = True
            for socket in list(world.server.sockets):
                await socket.close()
            fact = await watcher.until_ready("slack", ok=False)
            assert "socket" in fact["says"]
            assert await program.terminate() == 0


async def test_a_process_that_died_is_missed_by_check(tmp_path: Path) -> None:
    settings = {"local.enabled": "true"}
    async with run_program(tmp_path, settings) as program:
        await program.until("started")
        code, said = await check(tmp_path, settings)
        assert (code, "runs (local)" in said) == (0, True), said
        await program.kill()
    database = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sqlite3; sqlite3.connect('fastapi-quiz.db', isolation_level=None)"
        ".execute(\"UPDATE processes SET seen_at = '2026-01-01 00:00:00.000000'\")",
        cwd=tmp_path,
    )
    assert await database.wait() == 0
    code, said = await check(tmp_path, settings)
    assert code == 1
    assert "did not say goodbye. Start it again with fastapi-quiz run" in said


@pytest.mark.parametrize("part", ["scheduler", "local,web"])
async def test_a_process_without_a_dispatcher_or_a_web_server(tmp_path: Path, part: str) -> None:
    port = free_port()
    settings = {"local.enabled": "true", **web(port)}
    arguments = ("run", "--only", f"local,{part}")
    async with (
        run_program(tmp_path, settings, *arguments) as program,
        aiohttp.ClientSession() as http,
    ):
        await program.until("started")
        if part == "scheduler":
            with pytest.raises(aiohttp.ClientConnectorError):
                await Watcher(http, port).ready()
        else:
            status, facts = await Watcher(http, port).ready()
            assert status == 200
            assert "delivers nothing" in facts["dispatcher"]["says"]
        assert await program.terminate() == 0
