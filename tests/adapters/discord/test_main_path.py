"""From the invitation to the last button, on a local Discord."""

from __future__ import annotations

from bot.services.generating import GENERATED
from tests.adapters.discord.conftest import Stage, schedule_question
from tests.fakes.discord.world import THREAD, Channel, User
from tests.fakes.discord_server import text_of
from tests.stage import ALL_PACKS, RIGHT


async def test_question_is_posted_and_answered_in_private(stage: Stage) -> None:
    server = stage.server
    post = await schedule_question(stage)
    ben = server.member("ben")
    opened = await server.answered(await server.press(ben, post, "Answer"))
    assert opened.modal is not None
    asked, field = opened.modal["components"]
    assert asked["content"] == post["embeds"][0]["description"], "the form covers the question"
    assert (field["label"], field.get("description")) == ("Your answer", None)
    graded = await server.submit(ben, opened, {"text": "Depends resolves a tree once a request"})
    await server.answered(graded)
    assert graded.is_deferred
    assert graded.private
    assert "Model answer" in text_of(graded.messages[0])


async def test_reaction_is_answered_by_direct_message(stage: Stage) -> None:
    server = stage.server
    post = await schedule_question(stage)
    before = server.posts()
    ben = server.member("ben")
    await server.react(ben, post)
    (told,) = await server.until(lambda: server.told(ben))
    assert "Answer: " in text_of(told)
    assert server.posts() == before


async def test_private_commands_in_a_direct_message(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    direct = server.world.direct(ben)
    lost = await server.answered(await server.call(ben, "streak", channel=direct))
    assert "Use me in a server first" in text_of(lost.messages[0])
    await server.answered(await server.call(ben, "help"))
    await stage.restart()
    found = await server.answered(await server.call(ben, "streak", channel=direct))
    assert "0 question days" in text_of(found.messages[0])
    assert stage.events[-1].origin.workspace == str(server.guild.id)


async def test_shared_leaderboard_is_seen_by_all(stage: Stage) -> None:
    server = stage.server
    ben = server.member("ben")
    refused = await server.call(ben, "leaderboard", {"period": "week", "share": True})
    assert "nothing to share" in text_of((await server.answered(refused)).messages[0])
    await schedule_question(stage)
    await server.answered(await server.call(ben, "answer", {"text": RIGHT}))
    before = len(server.posts())
    shared = await server.call(ben, "leaderboard", {"period": "week", "share": True})
    await server.until(lambda: shared.followups)
    (post,) = server.posts()[before:]
    assert "This week" in text_of(post)
    assert shared.messages[0]["private"]


async def test_admin_commands_need_manage_server(stage: Stage) -> None:
    server = stage.server
    ben, olga = server.member("ben"), server.member("olga", manages=True)
    refused = await server.answered(await server.call(ben, "schedule add", {"time": "09:00"}))
    assert "Only admins" in text_of(refused.messages[0])
    added = await server.call(olga, "admins add", {"member": str(ben.id)})
    assert "ben" in text_of((await server.answered(added)).messages[0])
    allowed = await server.answered(await server.call(ben, "schedule add", {"time": "09:00"}))
    assert "is set" in text_of(allowed.messages[0])


async def test_role_may_configure_while_somebody_has_it(stage: Stage) -> None:
    server = stage.server
    olga, ben = server.member("olga", manages=True), server.member("ben")
    mods = server.world.add_role(server.guild, "mods")
    mods.members.add(ben.id)
    added = await server.call(olga, "admins add", {"member": str(mods.id)})
    assert "role mods may configure" in text_of((await server.answered(added)).messages[0])

    async def said_to(user: User, channel: Channel | None = None) -> str:
        asked = await server.call(user, "schedule list", channel=channel)
        return text_of((await server.answered(asked)).messages[0])

    assert "Schedules" in await said_to(ben)
    assert "Schedules" in await said_to(ben, server.world.direct(ben))
    assert "Only admins" in await said_to(server.member("cem"))
    mods.members.discard(ben.id)
    assert "Only admins" in await said_to(ben, server.world.direct(ben))
    assert "Only admins" in await said_to(ben)
    await stage.restart()
    mods.members.add(ben.id)
    assert "Schedules" in await said_to(ben)
    removed = await server.call(olga, "admins remove", {"member": str(mods.id)})
    assert "nobody may configure" in text_of((await server.answered(removed)).messages[0])
    assert "Only admins" in await said_to(ben)


async def test_role_of_all_is_no_role_to_appoint(stage: Stage) -> None:
    assert stage.platform is not None
    guild = str(stage.server.guild.id)
    assert await stage.platform.chat.find_role(guild, f"<@&{guild}>") is None
    assert await stage.platform.chat.find_role(guild, "<@&1>") is None
    olga = stage.server.member("olga", manages=True)
    everyone = await stage.server.call(olga, "admins add", {"member": guild})
    said = text_of((await stage.server.answered(everyone)).messages[0])
    assert "everybody's" in said
    assert "has used the bot" not in said


async def test_member_may_still_be_appointed_beside_roles(stage: Stage) -> None:
    server = stage.server
    olga, ben = server.member("olga", manages=True), server.member("ben")
    await server.answered(await server.call(ben, "help"))
    added = await server.call(olga, "admins add", {"member": str(ben.id)})
    assert "ben may configure" in text_of((await server.answered(added)).messages[0])


async def test_form_for_a_schedule(stage: Stage) -> None:
    server = stage.server
    olga = server.member("olga", manages=True)
    asked = await server.answered(await server.call(olga, "help"))
    opened = await server.answered(await server.press(olga, asked.messages[-1], "Schedule"))
    backend = server.world.add_channel(server.guild, "backend")
    shown = backend.to_json(server.world.bot.id)
    await server.gateway.dispatch("CHANNEL_CREATE", shown, server.guild.id)
    values = {"time": "09:00", "channel": str(backend.id), "tz": "berlin"}
    added = await server.answered(await server.submit(olga, opened, values))
    assert f"<#{backend.id}> at 09:00 mon-fri Europe/Berlin" in text_of(added.messages[0])
    values = {"time": "noon"}
    refused = await server.answered(await server.submit(olga, opened, values))
    assert "noon" in text_of(refused.messages[0])


async def test_completion_offers_what_fits(stage: Stage) -> None:
    server = stage.server
    olga = server.member("olga", manages=True)
    await schedule_question(stage)

    async def offered(path: str, name: str, typed: str, **others: object) -> list[str]:
        options = {**others, name: typed}
        asked = await server.call(olga, path, options, focused=name)
        return [str(choice["name"]) for choice in (await server.answered(asked)).choices or ()]

    assert (await offered("settings", "timezone", "berl"))[0] == "Europe/Berlin"
    assert len(await offered("settings", "timezone", "")) == 25
    topics = await offered("ask", "topic", "valid")
    assert topics
    assert all("valid" in topic for topic in topics)
    assert await offered("ask", "topic", "nothing like it") == []
    assert [name[:8] for name in await offered("schedule pause", "id", "1")] == ["1: 10:00"]
    assert await offered("schedule pause", "id", "7") == []
    (question,) = await offered("questions retire", "id", "own-rule")
    assert question.startswith("own-rule (")


async def test_packs_are_offered_to_whoever_may_choose_one(stage: Stage) -> None:
    server = stage.server
    olga, ben = server.member("olga", manages=True), server.member("ben")

    async def offered(user: User, path: str, typed: str, **others: object) -> list[str]:
        asked = await server.call(user, path, {**others, "pack": typed}, focused="pack")
        return [choice["value"] for choice in (await server.answered(asked)).choices or ()]

    assert set(await offered(olga, "questions export", "")) == set(ALL_PACKS)
    assert await offered(olga, "schedule add", "sma", time="10:00") == ["small"]
    assert await offered(olga, "schedule add", "gen", time="10:00") == [GENERATED]
    assert await offered(ben, "schedule add", "sma", time="10:00") == []


async def test_buttons_of_a_direct_message_know_their_server(stage: Stage) -> None:
    server = stage.server
    post = await schedule_question(stage)
    ben = server.member("ben")
    await server.react(ben, post)
    (told,) = await server.until(lambda: server.told(ben))
    other = await server.invite("Globex")
    server.member("ben", other)
    channel = next(iter(other.channels.values()))
    await server.answered(await server.call(ben, "help", channel=channel))
    await stage.restart()
    rated = await server.answered(await server.press(ben, told, "Partly"))
    assert "Noted. Your streak is" in text_of(rated.messages[0])
    assert stage.events[-1].origin.workspace == str(server.guild.id)


async def test_command_in_a_thread_is_about_its_channel(stage: Stage) -> None:
    server = stage.server
    post = await schedule_question(stage)
    thread = Channel(int(post["id"]), "Answer", THREAD, server.guild.id, server.general.id, 1)
    server.world.channels[thread.id] = thread
    ben = server.member("ben")
    shown = await server.answered(await server.call(ben, "today", channel=thread))
    assert text_of(post).splitlines()[0] == text_of(shown.messages[0]).splitlines()[0]
    assert stage.events[-1].origin.channel == str(server.general.id)


async def test_of_a_server_its_present_name_is_kept_and_no_furniture(stage: Stage) -> None:
    server = stage.server
    server.guild.emojis = [{"id": "5", "name": "x", "roles": [], "user": None}]
    server.guild.name = "Acme and Sons"
    payload = server.guild.to_json(server.world.bot)
    await server.gateway.dispatch("GUILD_UPDATE", payload, server.guild.id)
    await server.answered(await server.call(server.member("ben"), "help"))
    assert stage.events[-1].origin.workspace_name == "Acme and Sons"
    assert stage.platform is not None
    assert stage.platform._client is not None
    assert [*stage.platform._client.guilds, *stage.platform._client.emojis] == []


async def test_a_server_in_an_outage_is_still_the_bots(stage: Stage) -> None:
    server = stage.server
    outage = {"id": str(server.guild.id), "unavailable": True}
    await server.gateway.dispatch("GUILD_DELETE", outage, server.guild.id)
    await server.answered(await server.call(server.member("ben"), "help"))
    assert stage.events[-1].origin.workspace_name == "Acme"
    assert {type(event).__name__ for event in stage.events} == {"CommandCalled"}


async def test_settings_tell_the_zone_that_holds_where_discord_tells_none(stage: Stage) -> None:
    server = stage.server
    olga = server.member("olga")
    shown = await server.answered(await server.call(olga, "settings"))
    assert "Time zone: UTC until you set yours: /fastapi-quiz settings timezone:" in text_of(
        shown.messages[0]
    )
    given = {"timezone": "Europe/Berlin"}
    changed = await server.answered(await server.call(olga, "settings", given))
    assert "Time zone: Europe/Berlin\n" in text_of(changed.messages[0])
