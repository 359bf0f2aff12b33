"""What people do in the demo and in the console, in a real browser, against the real program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.browser.conftest import Screen
from tests.e2e.test_slack_program import free_port
from tests.fakes.program import run_program


@asynccontextmanager
async def run_demo(folder: Path) -> AsyncIterator[str]:
    """Run `demo --web` and yield its address."""
    port = free_port()
    arguments = ("demo", "--web", "--port", str(port))
    async with run_program(folder, {"grading.grader": "lexical"}, *arguments) as program:
        async with asyncio.timeout(60):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    assert program.process.returncode is None, program.log
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    await writer.wait_closed()
                    break
        yield f"http://127.0.0.1:{port}"
        assert await program.terminate() == 0


def answer(screen: Screen) -> None:
    """Answer the newest question, which has choices or not."""
    labels = screen.find(".card.question form.deeds").text.split()
    screen.press("A" if "A" in labels else "Answer")
    if "A" not in labels:
        screen.fill_in("text", "Words about nothing in particular, said at some length.")
        screen.find("#entries form.sheet button").click()
    screen.find(".card.grade")


def walk_through_demo(screen: Screen, url: str) -> None:
    screen.open(url)
    screen.press("to what comes next", "footer")
    screen.find(".card.question")
    answer(screen)
    box = screen.find("#text")
    box.send_keys("/fastapi-quiz streak\n")
    screen.read_until("1 question day in a row")
    assert screen.find(".card.streak img").get_attribute("alt")

    screen.open(f"{url}/?as=ben")
    screen.find(".card.question")
    assert "in a row" not in screen.text, "what is private stays so"
    screen.find(".reaction button").click()
    screen.find(".card.reveal")
    screen.until(lambda: screen.find(".reaction .count").text == "1")
    screen.press("Not yet")

    screen.press("1 day", "footer")
    screen.until(lambda: len(screen.driver.find_elements("css selector", ".card.question")) == 2)
    box = screen.find("#text")
    box.send_keys("/fastapi-quiz streek\n")
    screen.read_until('Did you mean "streak"?')
    box.send_keys("/fastapi-quiz console\n")
    screen.read_until("Only admins of this workspace may do that")
    assert screen.complaints() == []


def walk_through_console(screen: Screen, url: str) -> None:
    screen.open(url)
    screen.find("#text").send_keys("/fastapi-quiz console\n")
    screen.press("Open the console")
    screen.read_until("You come in as you")
    screen.press("Enter")
    screen.read_until("runs on this machine alone")

    screen.press("Schedules", "header")
    screen.press("Add a schedule")
    screen.fill_in("time", "0215PM")
    screen.fill_in("tz", "Nowhere/There")
    screen.press("Add it")
    screen.read_until("Nowhere/There")
    assert screen.find('[name="time"]').get_attribute("value") == "14:15"
    screen.fill_in("tz", "Europe/Berlin")
    screen.press("Add it")
    screen.read_until("Schedule 2 is set.")
    assert len(screen.driver.find_elements("css selector", ".slots li")) == 10
    screen.press("Pause")
    screen.read_until("Schedule 2 is paused.")
    screen.press("Remove …")
    screen.press("Remove schedule 2")
    screen.read_until("Schedule 2 is removed.")

    screen.open(url)
    screen.press("crash", "footer")
    screen.read_until("nothing comes twice")
    screen.open(f"{url}/console/")
    screen.read_until("runs on this machine alone")

    screen.press("Sign out", "header")
    screen.read_until("You are signed out.")
    screen.press("To the console")
    screen.read_until("You are not signed in")
    assert screen.complaints() == []


def walk_in_by_plain_http(screen: Screen, url: str) -> None:
    """On another host than this machine browsers don't say which site sends a form."""
    screen.open(url)
    screen.find("#text").send_keys("/fastapi-quiz console\n")
    path = str(screen.find(".card.link a").get_attribute("href")).removeprefix(url)
    home = url.replace("127.0.0.1", "quiz.test")
    screen.open(f'data:text/html,<form method="post" action="{home}{path}">')
    screen.find("form").submit()
    screen.read_until("This form is from another page")
    screen.open(f"{home}{path}")
    screen.press("Enter")
    screen.read_until("runs on this machine alone")


_PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
_PAGES = (
    "",
    "schedules",
    "schedules/1",
    "deliveries",
    "queue",
    "bank",
    "bank?words=nothing+such",
    "standings",
    "admins",
    "me",
    "me/answers/1",
    "forms/new-schedule",
    "forms/schedule?about=1",
    "forms/import",
    "forms/settings",
    "nowhere",
)
_FAULTS = """
const all = selector => [...document.querySelectorAll(selector)], faults = []
if (all('h1').length !== 1) faults.push(`${all('h1').length} h1`)
for (const field of all('input:not([type=hidden]), select, textarea'))
    if (!field.labels.length && !field.ariaLabel) faults.push(`no label: ${field.name}`)
for (const press of all('a, button'))
    if (!press.textContent.trim() && !press.ariaLabel) faults.push(`no name: ${press.outerHTML}`)
for (const picture of all('img'))
    if (!picture.alt) faults.push('a picture without words')
if (document.documentElement.scrollWidth > innerWidth) faults.push('scrolls sideways')
return faults
"""


def walk_with_a_phone(screen: Screen, url: str) -> None:
    """Every page fits, and says what it is to whoever doesn't see it."""
    screen.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", _PHONE)
    screen.open(url)
    screen.press("to what comes next", "footer")
    answer(screen)
    screen.find("#text").send_keys("/fastapi-quiz console\n")
    link = screen.find(".card.link a").get_attribute("href")
    assert screen.driver.execute_script(_FAULTS) == []
    screen.open(str(link))
    screen.press("Enter")
    for page in _PAGES:
        screen.open(f"{url}/console/{page}")
        assert screen.driver.execute_script(_FAULTS) == [], page


def walk_without_scripts(screen: Screen, url: str) -> None:
    """Every form of the demo is an ordinary one."""
    screen.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    screen.open(url)
    screen.find("#text").send_keys("/fastapi-quiz topics\n")
    screen.find(".card.topics")
    screen.press("to what comes next", "footer")
    screen.find(".card.question")
    screen.press("Reveal")
    screen.find(".card.reveal")


@pytest.mark.parametrize(
    "walk",
    [
        walk_through_demo,
        walk_through_console,
        walk_in_by_plain_http,
        walk_with_a_phone,
        walk_without_scripts,
    ],
)
async def test_a_walk(walk: Callable[[Screen, str], None], screen: Screen, tmp_path: Path) -> None:
    async with run_demo(tmp_path) as url:
        await asyncio.to_thread(walk, screen, url)
