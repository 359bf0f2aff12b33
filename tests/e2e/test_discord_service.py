"""The program as people run it, against a local Discord on real sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.discord_bot import Bot, run_bot
from tests.fakes.discord_server import DiscordServer, find_button, has_button, run_discord, text_of


async def post_question(server: DiscordServer) -> dict[str, Any]:
    """Let an admin add a schedule and have it post, until an open question came."""
    olga = server.member("olga", manages=True)
    added = await server.call(olga, "schedule add", {"time": "09:00", "tz": "Europe/Berlin"})
    await server.answered(added)
    for count in range(1, 10):
        await server.answered(await server.call(olga, "schedule run", {"id": 1}))
        posts = await server.until(lambda n=count: len(server.posts()) == n and server.posts())
        if has_button(posts[-1], "Answer"):
            return dict(posts[-1])
    raise AssertionError("No open question came")


def key_of(message: dict[str, Any]) -> str:
    """Return the delivery's key that a post carries."""
    return find_button(message, "Reveal").split(":")[2]


async def test_main_path_through_the_program(tmp_path: Path) -> None:
    async with run_discord() as server, run_bot(tmp_path, server) as bot:
        post = await post_question(server)
        ben = server.member("ben")
        await server.react(ben, post)
        (told,) = await server.until(lambda: server.told(ben))
        assert "Answer: " in text_of(told)
        cleo = server.member("cleo")
        opened = await server.answered(await server.press(cleo, post, "Answer"))
        graded = await server.submit(cleo, opened, {"text": "It resolves a tree of callables."})
        await server.answered(graded)
        assert graded.private
        streak = await server.answered(await server.call(cleo, "streak"))
        assert "1 question day" in text_of(streak.messages[0])
        assert await bot.stop() == 0
        assert server.problems == []
        assert not any("Traceback" in line or "voice" in line for line in bot.log)


async def test_buttons_and_reactions_outlive_the_process(tmp_path: Path) -> None:
    async with run_discord() as server, run_bot(tmp_path, server) as bot:
        post = await post_question(server)
        ben = server.member("ben")
        opened = await server.answered(await server.press(ben, post, "Answer"))
        await bot.kill()
        await bot.start()
        graded = await server.submit(ben, opened, {"text": "It resolves a tree of callables."})
        await server.answered(graded)
        assert "Model answer" in text_of(graded.messages[0])
        cleo = server.member("cleo")
        shown = await server.answered(await server.press(cleo, post, "Reveal"))
        assert "Answer: " in text_of(shown.messages[0])
        await server.react(server.member("dora"), post)
        await server.until(lambda: server.told(server.member("dora")))


async def test_commands_are_handed_over_only_when_they_changed(tmp_path: Path) -> None:
    async with run_discord() as server, run_bot(tmp_path, server) as bot:
        assert await bot.stop() == 0
        await bot.start()
        puts = [call for call in server.rest.calls if call.method == "PUT"]
        assert len(puts) == 1
        assert await bot.stop() == 0


async def test_post_whose_reply_was_lost_in_a_crash_is_found(tmp_path: Path) -> None:
    async with run_discord() as server, run_bot(tmp_path, server) as bot:
        fault = server.fail("POST .*/channels/.*/messages$", "reply_lost")
        post = await post_question(server)
        assert fault.times == 0
        await bot.kill()
        await bot.start()
        await bot.until_logged("found ")
        assert post in server.posts()
        assert len({key_of(message) for message in server.posts()}) == len(server.posts())


async def test_suggestion_that_came_too_late_is_a_line_in_the_log(tmp_path: Path) -> None:
    async with run_discord() as server, run_bot(tmp_path, server) as bot:
        server.fail("POST .*/callback", "status", status=404, code=10062)
        ben = server.member("ben")
        await server.call(ben, "ask", {"topic": "val"}, focused="topic")
        line = await bot.until_logged("autocomplete")
        assert "Unknown interaction" in line or "10062" in line
        asked = await server.call(ben, "ask", {"topic": "val"}, focused="topic")
        assert (await server.answered(asked)).choices
        assert await bot.stop() == 0
        assert not any("Traceback" in said for said in bot.log)


async def start_refused(server: DiscordServer, folder: Path, more: str) -> Bot:
    """Start the bot with settings that Discord refuses, and wait for its end."""
    bot = Bot(folder, server, more)
    await bot.start(ready=False)
    assert bot.process is not None
    await bot.process.wait()
    return bot


async def test_refused_token_is_one_sentence(tmp_path: Path) -> None:
    async with run_discord() as server:
        server.rest.token = "another"
        bot = await start_refused(server, tmp_path, "")
        assert bot.process is not None
        assert bot.process.returncode == 2
        await bot.until_logged("Put the bot's present token into discord.token.")
        assert not any("Traceback" in line for line in bot.log)
