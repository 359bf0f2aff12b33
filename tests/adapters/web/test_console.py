"""The console's pages, and what they change."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta

from adapters.local.platform import NAME, Fault
from bot.domain.events import AccessLost, ButtonPressed, FormSubmitted
from tests.adapters.web.conftest import World


async def advance(world: World, by: timedelta) -> None:
    """Let time pass; what falls due is done in order."""
    target = world.clock.now() + by
    while (wake_at := await world.app.next_wake_at()) is not None and wake_at <= target:
        world.clock.move_to(max(wake_at, world.clock.now()))
        await world.app.run_due()
    world.clock.move_to(target)


async def test_a_schedule_is_added_changed_paused_and_removed(world: World) -> None:
    browser = await world.visit()
    assert "no schedule is active" in (await browser.open("/console/")).text

    page = await browser.fill_in(
        "/console/forms/new-schedule", time="09:00", tz="Europe/Berlin", days="mon-fri"
    )
    assert "Schedule 1 is set." in page.text
    assert page.html.count("<li><time datetime") == 10
    assert "Tue 2026-03-24 09:00 CET" in page.text
    assert "Mon 2026-03-30 09:00 CEST" in page.text
    page = await browser.open("/console/schedules/1")
    assert "is set" not in page.text, "what was done is said once"

    form = await browser.open("/console/forms/schedule?about=1")
    assert 'value="09:00"' in form.html
    page = await browser.fill_in("/console/forms/schedule?about=1", time="10:30", level="fresher")
    assert "10:30 mon-fri" in page.text
    assert "level fresher" in page.text

    for deed, said in [
        ("skip", "Schedule 1 leaves out Monday"),
        ("pause", "Schedule 1 is paused."),
        ("resume", "Schedule 1 goes on."),
        ("run", "Schedule 1 posts a question now."),
        ("remove", "Schedule 1 is removed."),
    ]:
        page = await browser.press(page, f"/console/schedules/1/{deed}")
        assert said in page.text
    assert "There is no schedule yet" in page.text
    gone = await browser.open("/console/schedules/1")
    assert (gone.status, "/fastapi-quiz" in gone.text) == (404, False)
    assert "There is no schedule 1 here." in gone.text


async def test_a_form_that_is_refused_keeps_what_was_typed(world: World) -> None:
    browser = await world.visit()
    world.platform.workspaces["acme"].revoked.add("#ops")
    page = await browser.fill_in(
        "/console/forms/new-schedule", time="07:15", tz="Europe/Berlin", channel="#ops"
    )
    assert page.status == 400
    assert "The bot may not post in #ops" in page.text
    assert "Nothing was changed." in page.text
    assert 'value="07:15"' in page.html
    assert 'value="#ops"' in page.html
    assert 'aria-invalid="true"' in page.html
    page = await browser.fill_in("/console/forms/new-schedule", time="9", tz="Nowhere/There")
    assert page.status == 400
    assert "Nowhere/There" in page.html
    assert "There is no schedule yet" in (await browser.open("/console/schedules")).text


async def test_posts_are_listed_by_state_and_what_is_stuck_is_resolved(world: World) -> None:
    await world.say("schedule add 09:00 tz:Europe/Berlin days:mon-sun")
    await advance(world, timedelta(days=1))
    world.platform.faults.extend([Fault.REPLY_LOST, Fault.BLIND])
    await advance(world, timedelta(days=1))
    world.platform.faults.clear()
    await world.say("schedule skip 1")
    world.platform.workspaces["acme"].revoked.add("#general")
    await advance(world, timedelta(days=2))
    browser = await world.visit()

    overview = await browser.open("/console/")
    assert "Look at this" in overview.text
    states = re.findall(r'<li class="delivery (\w+)"', overview.html)
    assert states == ["stuck", "failed", "skipped"]
    assert "database" in overview.text
    assert "Cut off. Wait." in overview.text
    listed = await browser.open("/console/deliveries")
    states = re.findall(r'<li class="delivery (\w+)"', listed.html)
    assert states == ["failed", "skipped", "stuck", "confirmed"]
    assert "The bot may not post in #general" in listed.text
    confirmed = await browser.open("/console/deliveries?state=confirmed")
    assert 'class="delivery confirmed"' in confirmed.html
    assert 'class="delivery skipped"' not in confirmed.html
    assert (await browser.open("/console/deliveries?state=nonsense")).status == 400
    assert "No post is sending." in (await browser.open("/console/deliveries?state=sending")).text

    stuck = await browser.open("/console/deliveries?state=stuck")
    [path] = {
        part.partition('"')[0] for part in stuck.html.split('action="') if "/posted" in part[:80]
    }
    page = await browser.press(stuck, path)
    assert "Taken as posted: acme #general" in page.text
    again = await browser.send(path, {"stamp": stuck.hidden("stamp")})
    assert again.status == 404
    assert "nothing is to be resolved" in again.text


class Directory:
    """A platform whose channels have ids and names."""

    async def channel_name(self, workspace: str, channel: str) -> str | None:
        return {("acme", "#general"): "#<everybody>"}.get((workspace, channel))


async def test_channels_are_called_by_their_names_where_the_platform_tells(world: World) -> None:
    world.app.naming.chats = {NAME: Directory()}  # type: ignore[dict-item]
    await world.say("schedule add 09:00 tz:Europe/Berlin days:mon-sun")
    await world.say("schedule add 10:00 channel:#ops tz:Europe/Berlin days:mon-sun")
    await advance(world, timedelta(days=1))
    browser = await world.visit()
    for path in ("", "schedules", "schedules/1", "deliveries"):
        page = await browser.open(f"/console/{path}")
        assert "#<everybody>" in page.text
        assert "#&lt;everybody&gt;" in page.html
    listed = (await browser.open("/console/schedules")).text
    assert "1. #<everybody>" in listed
    assert "2. #ops" in listed
    form = await browser.open("/console/forms/schedule?about=1")
    assert 'value="#general"' in form.html, "a form takes the id"
    assert "#general is #<everybody>" in form.text


async def suggest(world: World, question: str, member: str = "ben", team: str = "acme") -> None:
    said = await world.say(
        f'suggest question:"{question}" answer:"It is <b>so</b>." level:fresher topic:zz',
        member,
        team,
    )
    assert said.kind == "notice"


async def test_the_queue_is_decided_on(world: World) -> None:
    browser = await world.visit()
    assert "Nothing waits for you." in (await browser.open("/console/queue")).text
    await suggest(world, "What is a <i>lifespan</i>?")
    await suggest(world, "When does a background task run?")
    await suggest(world, "Why would one mount an application?")
    page = await browser.open("/console/queue")
    assert "3 items waiting" in page.text
    assert "&lt;i&gt;lifespan" in page.html

    edited = await browser.fill_in("/console/forms/draft?about=1", level="5-year")
    assert "Number 1 is changed." in edited.text
    stale = await browser.send(
        "/console/queue/1/approve",
        {"stamp": page.hidden("stamp"), "shown": page.hidden("shown")},
    )
    assert "was changed meanwhile" in stale.text
    approved = await browser.press(edited, "/console/queue/1/approve", shown=edited.hidden("shown"))
    assert "in your own pack now" in approved.text
    rejected = await browser.fill_in("/console/forms/rejection?about=2", reason="We have it")
    assert "Number 2 is out of the queue." in rejected.text
    assert "1 item waiting" in rejected.text
    gone = await browser.open("/console/forms/draft?about=2")
    assert "was rejected already" in gone.text


async def test_the_queue_has_pages_and_keeps_to_the_one_that_is_open(world: World) -> None:
    browser = await world.visit()
    words = ("alpha", "beta", "gamma", "delta", "kappa", "pi", "rho")
    for who, word in zip("bcdefgh", words, strict=True):
        await suggest(world, f"{word} {word}y {word}er?", who)
    page = await browser.open("/console/queue")
    assert page.html.count("<article") == 5
    assert "7 items waiting" in page.text
    assert "Page 1 of 2" in page.text
    page = await browser.open("/console/queue?page=2")
    assert page.html.count("<article") == 2
    approve = "/console/queue/7/approve?page=2"
    stamp = re.findall(r'name="shown" value="([^"]*)"', page.html)[-1]
    page = await browser.press(page, approve, shown=stamp)
    assert "in your own pack now" in page.text
    assert "Page 2 of 2" in page.text
    assert page.html.count("<article") == 1


async def test_the_bank_is_searched_changed_imported_and_exported(world: World) -> None:
    browser = await world.visit()
    page = await browser.open("/console/bank")
    assert "8 questions" in page.text
    page = await browser.open("/console/bank?words=own+rule&sort=id")
    assert "1 question" in page.text
    assert "/console/bank/questions/own-rule" in page.html
    none = await browser.open("/console/bank?words=nothing+such&level=fresher")
    assert "No question fits" in none.text
    assert '<p role="status">No question fits' in none.html, "it is no fault of theirs"
    assert 'value="nothing such"' in none.html
    wrong = await browser.open("/console/bank?page=99")
    assert '<p class="refused" role="status">There is no page 99' in wrong.html

    assert "Export small" in page.text
    assert "Export" not in none.text, "there is nothing to be seen that could be exported"
    page = await browser.open("/console/bank/questions/own-rule")
    assert "Model answer" in page.text
    page = await browser.press(page, "/console/bank/questions/own-rule/retire")
    assert "own-rule is retired" in page.text
    page = await browser.press(page, "/console/bank/questions/own-rule/restore")
    assert "own-rule is asked again." in page.text
    unknown = await browser.open("/console/bank/questions/own-rul")
    assert ("<h1" in unknown.html, "<title>Console" in unknown.html) == (True, True)
    assert (unknown.status, 'Did you mean "own-rule"?' in unknown.text) == (404, True)

    export = (await browser.open("/console/bank/export?pack=small")).response
    assert export.headers["content-disposition"] == 'attachment; filename="small.json"'
    assert len(export.json()) == 8
    one = json.dumps([{**export.json()[0], "id": "ours"}])
    page = await browser.fill_in(
        "/console/forms/import", {"file": ("ours.json", one, "application/json")}, pack="ours"
    )
    assert "ours" in page.text
    assert "9 questions" in (await browser.open("/console/bank")).text
    page = await browser.fill_in(
        "/console/forms/import", {"file": ("bad.json", "[{}]", "application/json")}, pack="bad"
    )
    assert page.status == 400
    assert "Nothing was imported" in page.text
    assert 'value="bad"' in page.html
    large = b" " * (10 * 1024**2 + 1)
    page = await browser.fill_in("/console/forms/import", {"file": ("big.json", large)})
    assert "larger than 10 MB" in page.text


async def test_no_more_is_taken_in_than_a_form_can_hold(world: World) -> None:
    """Files of a form lie on the disk before anybody can look how large they are."""
    browser = await world.visit()
    stamp = (await browser.open("/console/forms/import")).hidden("stamp")
    sent = 0

    async def pour() -> AsyncIterator[bytes]:
        nonlocal sent
        yield (
            b'--x\r\ncontent-disposition: form-data; name="stamp"\r\n\r\n%s\r\n'
            b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.json"\r\n\r\n'
        ) % stamp.encode()
        for _ in range(64):
            sent += 1
            yield b" " * 1024**2
        yield b"\r\n--x--\r\n"

    answer = await browser.http.post(
        "/console/forms/import",
        content=pour(),
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert (answer.status_code, sent < 20) == (413, True)
    assert "larger than 10 MB" in answer.text


async def test_standings_and_one_s_own_page(world: World) -> None:
    await world.say("schedule add 09:00 tz:Europe/Berlin days:mon-sun")
    await advance(world, timedelta(days=1))
    browser = await world.visit()
    text = "Words about nothing in particular, said at some length."
    await world.app.handle(FormSubmitted(world.origin(), "answer", "", {"text": text}))
    await world.say("settings timezone:Europe/Berlin")

    page = await browser.open("/console/standings?period=month")
    assert "This month" in page.text
    mine = await browser.open("/console/me")
    assert "1 question day in a row" in mine.text
    assert mine.html.count('src="data:image/png;base64,') == 1
    assert mine.html.count('media="(prefers-color-scheme: dark)"') == 1
    answer = await browser.open("/console/me/answers/1")
    assert text in answer.text
    assert "Model answer" in answer.text
    assert (await browser.open("/console/me/answers/2")).status == 404
    saved = await browser.fill_in("/console/forms/settings", level="5-year", timezone="UTC")
    assert "Level: 5-year" in saved.text


async def test_what_others_typed_is_shown_as_they_typed_it(world: World) -> None:
    browser = await world.visit()
    evil = "<script>alert(1)</script>"
    await suggest(world, f"What of this: {evil}?")
    origin = world.origin("mal", channel=f"#<img src=x onerror=alert(1)>{evil}\u202e")
    world.platform.workspaces["acme"].admins.add("mal")
    await world.app.handle(FormSubmitted(origin, "schedule add", "", {"time": "09:00"}))
    for path in ("queue", "schedules", "schedules/1", "", "bank?words=%3Cscript%3E"):
        page = await browser.open(f"/console/{path}")
        assert page.status == 200
        assert "<script" not in page.html, path
        assert "<img src=x" not in page.html, path
        assert "\u202e" not in page.html, path


async def test_every_event_is_the_visitor_s_own(world: World) -> None:
    browser = await world.visit()
    await browser.open("/console/")
    await browser.open("/console/forms/new-schedule")
    assert {event.origin.member for event in world.events} == {"ana"}
    assert {event.origin.workspace for event in world.events} == {"acme"}
    assert {event.origin.zone for event in world.events} == {"Europe/Berlin"}
    assert any(isinstance(event, ButtonPressed) for event in world.events)


async def test_who_left_the_workspace_is_out(world: World) -> None:
    browser = await world.visit()
    await world.app.handle(AccessLost(world.origin(channel=""), "Removed."))
    world.clock.move_to(world.clock.now() + timedelta(minutes=5))
    assert (await browser.open("/console/")).status == 401
    async with world.app.storage.reading() as work:
        workspace = await work.workspaces.find("local", "acme")
    assert workspace is not None
    assert workspace.left_at is not None, "a page that is open proves no return"


async def test_admins_are_added_and_taken_back(world: World) -> None:
    await world.say("help", "ben")
    world.platform.workspaces["acme"].roles["mods"] = {"cem"}
    browser = await world.visit()
    page = await browser.open("/console/admins")
    assert "nobody may configure this bot" in page.text
    page = await browser.press(page, "/console/admins/add", shown="ben")
    assert "own admins, ben may configure" in page.text
    page = await browser.press(page, "/console/admins/add", shown="@&mods")
    assert "everybody with the role mods" in page.text
    assert (
        "/fastapi-quiz help once"
        in (await browser.press(page, "/console/admins/add", shown="nobody")).text
    )
    ben = await world.visit("ben")
    assert (await ben.open("/console/admins")).status == 200
    for granted in re.findall(r'name="shown" value="([^"]*)"', page.html):
        page = await browser.press(page, "/console/admins/remove", shown=granted)
    assert "nobody may configure this bot" in page.text
    assert (await ben.open("/console/admins")).status == 403
    stamp = {"stamp": page.hidden("stamp"), "shown": "ben"}
    assert (await ben.send("/console/admins/add", stamp)).status in (400, 403)
    assert (await browser.send("/console/admins/crown", stamp)).status == 400


async def test_an_address_with_a_number_that_nothing_has_is_answered_with_a_sentence(
    world: World,
) -> None:
    browser = await world.visit()
    for number in ("9" * 5000, "9" * 30, "²", "-1"):
        for path in ("schedules/{}", "me/answers/{}", "forms/schedule?about={}"):
            page = await browser.open(f"/console/{path.format(number)}")
            assert page.status in (400, 404), page.text
            assert "To the console" in page.text
    stamp = {"stamp": (await browser.open("/console/queue")).hidden("stamp")}
    for path in ("schedules/{}/pause", "queue/{}/approve"):
        assert (await browser.send(f"/console/{path.format('9' * 5000)}", stamp)).status == 400
