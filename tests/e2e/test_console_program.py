"""The console of a real `run`, entered from a local Slack."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp

from tests.e2e.test_slack_program import World, free_port, world
from tests.fakes.program import run_program

__all__ = ["world"]


async def test_an_admin_comes_in_from_slack_and_schedules(world: World, tmp_path: Path) -> None:
    port = free_port()
    settings = {**world.settings, "web.enabled": "true", "web.port": str(port)}
    async with (
        run_program(tmp_path, settings) as program,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
    ):
        await world.connected()
        await world.acts.type(world.ana, world.general.id, "console")
        said = await world.wait_for("link")
        assert said.only == world.ana.id
        [url] = set(
            re.findall(r"http://127\.0\.0\.1:\d+/console/enter/[\w-]{43}", str(said.blocks))
        )
        assert f":{port}/" in url

        origin = {"origin": f"http://127.0.0.1:{port}"}
        async with http.post(url, headers=origin) as answer:
            assert answer.status == 200
            assert "no schedule is active" in await answer.text()
        form = f"http://127.0.0.1:{port}/console/forms/new-schedule"
        async with http.get(form) as answer:
            html = await answer.text()
        assert f'value="{world.general.id}"' in html, "here is where the link was asked for"
        assert 'value="Europe/Berlin"' in html, "the zone is what Slack told"
        [stamp] = set(re.findall(r'name="stamp" value="(\w+)"', html))
        filled = {"stamp": stamp, "time": "09:00", "channel": world.general.id}
        async with http.post(form, data=filled) as answer:
            assert "Schedule 1 is set." in await answer.text()
        run = f"http://127.0.0.1:{port}/console/schedules/1/run"
        async with http.post(run, data={"stamp": stamp}) as answer:
            assert answer.status == 200
        await world.wait_for("question")
        async with http.get(f"http://127.0.0.1:{port}/console/deliveries") as answer:
            assert "confirmed" in await answer.text()
        assert await program.terminate() == 0
    assert url.rpartition("/")[2] not in program.log
    assert "Traceback" not in program.log


async def test_without_a_web_server_slack_is_told_what_to_do(world: World, tmp_path: Path) -> None:
    async with run_program(tmp_path, world.settings):
        await world.connected()
        await world.acts.type(world.ana, world.general.id, "console")
        said = await world.wait_for("error")
        assert "set enabled = true under [web]" in str(said.blocks)
