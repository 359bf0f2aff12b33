"""An admin who installs the app from its page, as a browser does it."""

from __future__ import annotations

from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import aiohttp
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.slack.scopes import BOT_SCOPES
from tests.fakes.slack_bot import Bot
from tests.fakes.slack_oauth import allow


def site(bot: Bot) -> str:
    assert bot.server.events_url
    return bot.server.events_url.removesuffix("/slack/events")


async def begin(bot: Bot, http: aiohttp.ClientSession) -> tuple[str, str]:
    """Open the installation page; return the state and its cookie."""
    async with http.get(f"{site(bot)}/slack/install") as answer:
        page = await answer.text()
        cookie = SimpleCookie(answer.headers["Set-Cookie"])
    link = page.split('<a href="')[1].split('"')[0].replace("&amp;", "&")
    assert link.startswith(f"{bot.server.url}/oauth/v2/authorize")
    query = parse_qs(urlsplit(link).query)
    assert set(query["scope"][0].split(",")) == set(BOT_SCOPES)
    name, morsel = next(iter(cookie.items()))
    return query["state"][0], f"{name}={morsel.value}"


async def finish(
    bot: Bot, http: aiohttp.ClientSession, state: str, cookie: str, code: str
) -> tuple[int, str]:
    url = f"{site(bot)}/slack/oauth_redirect?code={code}&state={state}"
    async with http.get(url, headers={"Cookie": cookie}) as answer:
        return answer.status, await answer.text()


async def install(bot: Bot, *, rotating: bool = False) -> None:
    bot.team.tokens.clear()
    async with aiohttp.ClientSession() as http:
        state, cookie = await begin(bot, http)
        code = allow(bot.server.state, bot.team, rotating=rotating)
        status, page = await finish(bot, http, state, cookie, code)
    assert status == 200, f"{status}: {page}"


def engine_of(bot: Bot) -> AsyncEngine:
    return bot.app.engine


async def stored(bot: Bot) -> list[dict[str, object]]:
    async with engine_of(bot).connect() as connection:
        rows = await connection.execute(text("SELECT * FROM installations"))
        return [dict(row) for row in rows.mappings()]
