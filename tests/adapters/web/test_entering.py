"""Who comes into the console, and who doesn't."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from adapters.web.console import make_console
from adapters.web.metrics import PrometheusMeter
from adapters.web.server import make_web_app
from bot.domain.visit import LINK_LASTS, VISIT_LASTS
from tests.adapters.web.conftest import HOST, Browser, Page, Service, World


async def test_only_pressing_the_button_uses_a_link_up(world: World) -> None:
    path = await world.invite()
    previews = world.browse()
    for _ in range(3):
        page = await previews.open(path)
        assert (page.status, "Enter" in page.text) == (200, True)
        assert "set-cookie" not in page.response.headers
    assert (await world.browse().send(path, {})).status == 200
    used = await world.browse().send(path, {})
    assert used.status == 410
    assert "/fastapi-quiz console" in used.text
    assert (await world.browse().open(path)).status == 410


async def test_no_other_site_presses_it(world: World) -> None:
    """Also none beside ours: on another port, or below the same domain."""
    path = await world.invite()
    for elsewhere in ("cross-site", "same-site"):
        answer = await world.browse().http.post(path, headers={"sec-fetch-site": elsewhere})
        assert answer.status_code == 403
    assert (await world.browse().send(path, {})).status == 200


async def test_no_other_site_presses_it_without_https(world: World) -> None:
    """Browsers say Sec-Fetch-Site by HTTPS alone: by plain HTTP the origin tells."""
    path = await world.invite()
    elsewhere = ("null", "http://quiz.test:81", "http://evil.test", "http://quiz.test.evil.test")
    for headers in ({}, *({"origin": origin} for origin in elsewhere)):
        answer = await world.browse().http.post(path, headers=headers)
        assert answer.status_code == 403, headers
    page = await world.browse().open(path)
    assert '<meta name="referrer" content="strict-origin">' in page.html, "else it sends null"
    assert (await world.browse().send(path, {})).status == 200


async def test_behind_a_proxy_the_public_address_counts(world: World) -> None:
    path = await world.invite()
    asked = {"host": "127.0.0.1:8000", "origin": HOST}
    assert (await world.browse().http.post(path, headers=asked)).status_code == 303


async def test_of_two_who_press_at_once_one_comes_in(world: World) -> None:
    path = await world.invite()
    pages = await asyncio.gather(*(world.browse().send(path, {}) for _ in range(8)))
    assert sorted(page.status for page in pages) == [200, *[410] * 7]


async def test_links_and_visits_end_by_themselves(world: World) -> None:
    late = await world.invite()
    browser = await world.visit()
    world.clock.move_to(world.clock.now() + LINK_LASTS)
    assert (await world.browse().send(late, {})).status == 410
    assert (await browser.open("/console/")).status == 200
    world.clock.move_to(world.clock.now() + VISIT_LASTS - LINK_LASTS)
    gone = await browser.open("/console/")
    assert gone.status == 401
    assert "/fastapi-quiz console" in gone.text


async def test_the_database_has_no_secret(world: World) -> None:
    path = await world.invite()
    secret = path.rpartition("/")[2]
    assert len(secret) == 43, "256 bits"
    browser = await world.visit()
    cookie = next(iter(browser.http.cookies.jar)).value
    async with world.app.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT * FROM visits"))).all()
    assert len(rows) == 2
    assert secret not in str(rows)
    assert cookie not in str(rows)


async def test_the_cookie_is_for_the_console_alone(world: World) -> None:
    page = Page(await world.browse().http.post(await world.invite(), headers={"origin": HOST}))
    cookie = page.response.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/console/", "max-age=28800"):
        assert part in cookie
    assert "secure" not in cookie, "this address has no encryption"

    world.web = make_web_app(
        [],
        Service(),
        PrometheusMeter("0"),
        make_console(
            world.app.visiting,
            world.app.naming,
            world.handle,
            Service().examine,
            ["local"],
            "https://a.test/quiz/",
        ),
    )
    page = Page(await world.browse().http.post(await world.invite(), headers={"origin": HOST}))
    assert page.response.headers["location"] == "/quiz/console/"
    cookie = page.response.headers["set-cookie"].lower()
    assert "secure" in cookie
    assert "path=/quiz/console/" in cookie


async def test_who_signs_out_is_out_everywhere(world: World) -> None:
    browser = await world.visit()
    page = await browser.open("/console/")
    cookies = dict(browser.http.cookies)
    left = await browser.press(page, "/console/leave")
    assert "You are signed out." in left.text
    thief = world.browse()
    thief.http.cookies.update(cookies)
    assert (await thief.open("/console/schedules")).status == 401


async def test_a_form_from_elsewhere_is_refused(world: World) -> None:
    browser = await world.visit()
    page = await browser.open("/console/forms/new-schedule")
    stamp = page.hidden("stamp")
    other = await world.visit()
    for given in (
        {},
        {"stamp": "0" * 64},
        {"stamp": (await other.open("/console/")).hidden("stamp")},
    ):
        refused = await browser.send("/console/forms/new-schedule", {"time": "09:00", **given})
        assert refused.status == 403
    answer = await browser.http.post(
        "/console/forms/new-schedule",
        data={"time": "09:00", "stamp": stamp},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "There is no schedule yet" in (await browser.open("/console/schedules")).text


async def test_who_is_no_admin_any_more_can_do_nothing(world: World) -> None:
    browser = await world.visit()
    await world.say("schedule add 09:00")
    page = await browser.open("/console/schedules/1")
    form = await browser.open("/console/forms/schedule?about=1")
    world.platform.workspaces["acme"].admins.remove("ana")
    pages = ("", "schedules", "schedules/1", "deliveries", "queue", "bank", "bank/export", "admins")
    forms = ("new-schedule", "schedule?about=1", "drafts", "import", "draft?about=1")
    for path in (*pages, *(f"forms/{name}" for name in forms)):
        refused = await browser.open(f"/console/{path}")
        assert (refused.status, "Only admins" in refused.text) == (403, True), path
    assert (await browser.press(page, "/console/schedules/1/pause")).status == 403
    fields = {"stamp": form.hidden("stamp"), "key": "1", "about": "1", "id": "1", "time": "11:00"}
    assert (await browser.send("/console/forms/schedule", fields)).status == 403
    assert (await browser.open("/console/me")).status == 200, "what is one's own stays"
    world.platform.workspaces["acme"].admins.add("ana")
    assert "09:00" in (await browser.open("/console/schedules/1")).text


async def test_who_left_the_workspace_sees_nothing_of_it(world: World) -> None:
    """Also none of the pages that ask for no rights: a visit lasts for hours."""
    browser = await world.visit()
    page = await browser.open("/console/forms/settings")
    world.platform.workspaces["acme"].left.add("ana")
    for path in ("", "standings", "me", "me/answers/1", "bank", "forms/settings"):
        refused = await browser.open(f"/console/{path}")
        assert (refused.status, "You are not in acme any more" in refused.text) == (403, True), path
    fields = {"stamp": page.hidden("stamp"), "leaderboard": "no"}
    assert (await browser.send("/console/forms/settings", fields)).status == 403
    world.platform.workspaces["acme"].left.clear()
    assert "On the leaderboard: yes" in (await browser.open("/console/me")).text


async def test_who_left_the_workspace_may_still_sign_out(world: World) -> None:
    browser = await world.visit()
    page = await browser.open("/console/")
    world.platform.workspaces["acme"].left.add("ana")
    world.platform.outage_until = world.clock.now() + timedelta(hours=1)
    assert "You are signed out." in (await browser.press(page, "/console/leave")).text


async def test_where_its_platform_does_not_run_nobody_is_let_in(world: World) -> None:
    browser = await world.visit()
    world.app.visiting.chats = {}
    page = await browser.open("/console/me")
    assert (page.status, "Try again in a minute" in page.text) == (503, True)


async def test_members_get_no_link(world: World) -> None:
    said = await world.say("console", "ben")
    assert said.data()["reason"] == "forbidden"


async def test_an_outage_of_the_platform_is_said(world: World) -> None:
    browser = await world.visit()
    world.platform.outage_until = world.clock.now() + timedelta(hours=1)
    for path in ("schedules", "me"):
        page = await browser.open(f"/console/{path}")
        assert page.status == 503
        assert "Try again in a minute." in page.text


async def test_a_fault_of_the_database_is_a_page(world: World) -> None:
    browser, path = await world.visit(), await world.invite()
    rename = "ALTER TABLE {} RENAME TO {}"
    async with world.app.engine.begin() as connection:
        await connection.execute(text(rename.format("visits", "elsewhere")))
    pages = [await browser.open("/console/me"), await browser.open(path)]
    async with world.app.engine.begin() as connection:
        await connection.execute(text(rename.format("elsewhere", "visits")))
    for page in pages:
        assert page.status == 503
        assert "Try again in a minute." in page.text
        assert "visits" not in page.text


async def test_a_process_of_another_platform_says_so(world: World) -> None:
    browser = await world.visit()
    console = make_console(
        world.app.visiting, world.app.naming, world.handle, Service().examine, ["slack"]
    )
    world.web = make_web_app([], Service(), PrometheusMeter("0"), console)
    elsewhere = world.browse()
    elsewhere.http.cookies.update(dict(browser.http.cookies))
    page = await elsewhere.open("/console/")
    assert page.status == 401
    assert "not connected to local" in page.text


@pytest.mark.parametrize(
    "path", ["/console/", "/console/enter/nonsense", "/console/static/style.css", "/console/zzz"]
)
async def test_every_answer_is_guarded(world: World, path: str) -> None:
    headers = (await world.browse().open(path)).response.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


async def test_nothing_on_a_page_comes_from_elsewhere(world: World) -> None:
    browser = await world.visit()
    assert (await Browser(browser.http).open("/console")).status == 200
    for path in ("", "schedules", "deliveries", "queue", "bank", "standings", "me"):
        html = (await browser.open(f"/console/{path}")).html
        assert "<script" not in html
        assert "style=" not in html
        assert 'src="http' not in html


async def test_tenants_see_nothing_of_each_other(world: World) -> None:
    """What `acme` has is asked for by `globex`, by number, key and id."""
    await world.say("schedule add 09:00 tz:Europe/Berlin")
    ours = await world.say("schedule run 1")
    assert ours.kind == "schedule"
    await world.app.run_due()
    text_of = 'suggest question:"What is ours alone?" answer:"This." level:fresher topic:zz'
    await world.say(text_of, "ben")
    await world.say(text_of.replace("alone", "too"), "ben")
    await world.say("questions approve 1")
    async with world.app.storage.reading() as work:
        workspace = await work.workspaces.find("local", "acme")
        assert workspace is not None
        [delivery] = await work.posts.newest(workspace.id, 5)
        own = [
            entry.summary.id
            for entry in await work.curation.entries(workspace.id)
            if entry.summary.pack == "own"
        ]
    assert own

    eva = await world.visit("eva", "globex")
    stamp = (await eva.open("/console/")).hidden("stamp")
    assert "What is ours" not in (await eva.open("/console/queue")).text
    assert delivery.key not in (await eva.open("/console/deliveries")).html
    for path in (
        "schedules/1",
        "forms/schedule?about=1",
        "forms/draft?about=2",
        "forms/rejection?about=2",
        f"bank/questions/{own[0]}",
        "bank/export?pack=own",
    ):
        page = await eva.open(f"/console/{path}")
        assert (page.status, "What is ours" in page.text) == (404, False), path
    for path in (
        "schedules/1/pause",
        "schedules/1/remove",
        "schedules/1/run",
        f"deliveries/{delivery.key}/again",
        f"deliveries/{delivery.key}/posted",
        "queue/2/approve",
        f"bank/questions/{own[0]}/retire",
    ):
        page = await eva.send(f"/console/{path}", {"stamp": stamp})
        assert page.status == 404, path
    for form, values in (
        ("schedule", {"id": "1", "time": "03:00"}),
        ("draft", {"title": "Mine"}),
        ("rejection", {"reason": "no"}),
    ):
        key = "1" if form == "schedule" else "2"
        fields = {"stamp": stamp, "key": key, "about": key, **values}
        assert (await eva.send(f"/console/forms/{form}", fields)).status == 404, form

    ana = await world.visit()
    assert "at 09:00" in (await ana.open("/console/schedules/1")).text
    assert "1 item waiting" in (await ana.open("/console/queue")).text
