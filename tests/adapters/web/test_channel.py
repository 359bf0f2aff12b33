"""The demo's channel in a browser, as HTTP has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from adapters.local.live import LiveChannel
from adapters.local.simulation import VirtualClock
from adapters.web.channel import make_channel
from bot.cli.local import open_simulation
from bot.domain.people import Level
from tests.stage import PACKS

HOST = "http://127.0.0.1:8000"


@dataclass
class Tab:
    """Somebody's view of the channel."""

    http: Any
    live: LiveChannel
    me: str = "you"

    async def page(self) -> str:
        answer = await self.http.get("/", params={"as": self.me})
        assert answer.status_code == 200
        return str(answer.text)

    async def news(self, after: int = 0) -> dict[str, Any]:
        answer = await self.http.get("/news", params={"as": self.me, "after": after})
        return dict(answer.json())

    async def do(self, deed: str, files: Any = None, **values: str) -> Any:
        """Send a form as the page's script does."""
        page = await self.page()
        stamp = page.partition('name="stamp" value="')[2].partition('"')[0]
        return await self.http.post(
            f"/do/{deed}",
            params={"as": self.me},
            data={"stamp": stamp, **values},
            files=files,
            headers={"x-script": "1"},
        )

    async def say(self, text: str) -> str:
        """Type something and return what is new."""
        before = len(self.live.entries)
        assert (await self.do("say", text=text)).status_code == 204
        return str((await self.news(before))["html"])

    def number_of(self, kind: str) -> str:
        """The number of the newest entry with a card of that kind."""
        return next(
            str(entry.number)
            for entry in reversed(self.live.entries)
            if entry.card and entry.card.kind == kind
        )

    def as_member(self, name: str) -> Tab:
        return Tab(self.http, self.live, name)


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    """The channel a minute before its first question, seen by its admin."""
    live = LiveChannel(("you", "ben"))
    clock = VirtualClock(datetime(2026, 3, 23, 8, 59, tzinfo=UTC))
    url = f"sqlite+aiosqlite:///{tmp_path}/live.db"
    async with open_simulation(url, clock, live.show, live.hear, PACKS) as simulation:
        simulation.begin("UTC")
        await live.open(simulation, ["schedule add 09:00 days:mon-sun"])
        transport = httpx2.ASGITransport(app=make_channel(live))
        async with httpx2.AsyncClient(transport=transport, base_url=HOST) as http:
            yield Tab(http, live)


async def test_a_question_is_answered_and_seen_by_all_its_answer_by_one(tab: Tab) -> None:
    assert "Schedule 1 is set" in await tab.page()
    news = await tab.news()
    assert (news["clock"], news["next"]) == ("Monday 23 March, 08:59:00", "next in 1m")
    await tab.do("skip", by="next")
    ben = tab.as_member("ben")
    assert "Question of the day" in await ben.page()
    assert "Schedule 1 is set" not in await ben.page()

    number = ben.number_of("question")
    await ben.do("press", entry=number, button="0")
    form = ben.number_of("form")
    assert "<textarea" in await ben.page()
    text = "Words about nothing in particular, said at some length."
    assert (await ben.do("fill", entry=form, text=text)).status_code == 204
    assert "Scored by" in await ben.page()
    assert int(form) in (await ben.news())["filled"]
    assert "Scored by" not in await tab.page()


async def test_a_reaction_counts_once_and_can_be_taken_back(tab: Tab) -> None:
    await tab.do("skip", by="10m")
    number = tab.number_of("question")
    await tab.do("react", entry=number)
    await tab.as_member("ben").do("react", entry=number)
    assert (await tab.news())["reactions"] == {number: 2}
    await tab.do("react", entry=number)
    assert (await tab.news())["reactions"] == {number: 1}
    revealed = [
        entry.only for entry in tab.live.entries if entry.card and entry.card.kind == "reveal"
    ]
    assert revealed == ["you", "ben"]


async def test_what_one_does_not_see_can_t_be_pressed(tab: Tab) -> None:
    await tab.say("/fastapi-quiz ask")
    number = tab.number_of("question")
    ben = tab.as_member("ben")
    for deed, values in (
        ("press", {"entry": number, "button": "0"}),
        ("press", {"entry": number, "button": "99"}),
        ("press", {"entry": "x", "button": "0"}),
        ("react", {"entry": number}),
        ("fill", {"entry": number, "text": "x"}),
    ):
        who = tab if values.get("button") == "99" else ben
        answer = await who.do(deed, **values)
        assert answer.status_code == 404, deed
        assert "page again" in answer.text or "newest" in answer.text


async def test_words_and_commands(tab: Tab) -> None:
    assert "Hello &lt;b&gt;all&lt;/b&gt;" in await tab.say("Hello <b>all</b>")
    assert "Hello" in await tab.as_member("ben").page()
    assert "Did you mean" in await tab.say("/fastapi-quiz streek")
    assert "streek" not in await tab.as_member("ben").page()
    assert (await tab.do("say", text="  ")).status_code == 204
    page = await tab.page()
    assert '<option value="/fastapi-quiz schedule add">a daily question</option>' in page
    assert "reveal-after:" in page


async def test_a_level_is_chosen_and_not_typed(tab: Tab) -> None:
    form = await tab.say("/fastapi-quiz suggest")
    chosen = form.partition('name="level"')[2].partition("</select>")[0]
    assert [f"<option>{level}</option>" in chosen for level in Level] == [True] * 3


async def test_a_file_is_handed_in(tab: Tab) -> None:
    await tab.say("/fastapi-quiz questions import")
    form = tab.number_of("form")
    files = {"file": ("bad.json", b"[{}]", "application/json")}
    await tab.do("fill", files=files, entry=form, pack="bad")
    assert "Nothing was imported" in await tab.page()


async def test_time_and_outages(tab: Tab) -> None:
    await tab.do("skip", by="1d")
    assert (await tab.news())["clock"].startswith("Tuesday 24 March, 08:59")
    await tab.do("outage")
    assert "No answer from here for 2h." in await tab.page()
    await tab.do("skip", by="10m")
    assert [e.card.kind for e in tab.live.entries if e.card].count("question") == 1
    await tab.do("skip", by="8h")
    assert "(late)" in await tab.page()


async def test_a_crash_posts_nothing_twice_and_all_goes_on(tab: Tab) -> None:
    await tab.do("skip", by="10m")
    before = tab.live.simulation.program
    await tab.do("crash")
    assert tab.live.simulation.program is not before
    assert "nothing comes twice" in await tab.as_member("ben").page()
    await tab.do("skip", by="1h")
    number = tab.number_of("question")
    assert [e.card.kind for e in tab.live.entries if e.card].count("question") == 1
    await tab.do("react", entry=number)
    assert tab.number_of("reveal")
    await tab.do("crash")
    await tab.do("skip", by="1d")
    assert [e.card.kind for e in tab.live.entries if e.card].count("question") == 2


async def test_whoever_watches_is_told_until_the_end(tab: Tab) -> None:
    """The stream itself is read by the browser tests: this transport gives no part of it."""
    waiting = asyncio.create_task(tab.live.wait())
    await asyncio.sleep(0)
    await tab.say("Hello")
    async with asyncio.timeout(5):
        await waiting
    waiting = asyncio.create_task(tab.live.wait())
    await asyncio.sleep(0)
    await tab.live.close()
    async with asyncio.timeout(5):
        await waiting
        answer = await tab.http.get("/changes")
    assert answer.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize("host", ["quiz.evil.test", "127.0.0.1.evil.test", ""])
async def test_a_name_from_elsewhere_is_refused(tab: Tab, host: str) -> None:
    answer = await tab.http.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert (await tab.http.get("/", headers={"host": "localhost:8000"})).status_code == 200


@pytest.mark.parametrize(
    ("values", "headers"),
    [
        ({}, {}),
        ({"stamp": "0" * 64}, {}),
        ({"stamp": "right"}, {"sec-fetch-site": "cross-site"}),
    ],
)
async def test_a_form_from_elsewhere_is_refused(
    tab: Tab, values: Mapping[str, str], headers: Mapping[str, str]
) -> None:
    page = await tab.page()
    stamp = page.partition('name="stamp" value="')[2].partition('"')[0]
    given = {name: stamp if value == "right" else value for name, value in values.items()}
    before = len(tab.live.entries)
    answer = await tab.http.post(
        "/do/say", data={"text": "/fastapi-quiz forget-me confirm:yes", **given}, headers=headers
    )
    assert answer.status_code == 403
    assert len(tab.live.entries) == before


async def test_scripts_come_from_this_server_alone(tab: Tab) -> None:
    answer = await tab.http.get("/")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.text.count("<script") == 1
