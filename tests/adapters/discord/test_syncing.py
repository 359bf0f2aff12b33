"""Which servers have the commands, and when Discord is handed them."""

from __future__ import annotations

from adapters.discord.translating import Words
from bot.commands.localising import Language
from tests.adapters.discord.conftest import Stage
from tests.fakes.discord.world import User
from tests.fakes.discord_server import text_of


def count_handed(stage: Stage) -> int:
    """Return how often commands were handed over."""
    return sum(call.method == "PUT" for call in stage.server.rest.calls)


def find_servers(stage: Stage) -> set[int | None]:
    """Return which servers have commands of their own; None stands for all."""
    return {guild for guild, commands in stage.server.world.commands.items() if commands}


async def restart(stage: Stage, *guild_ids: int) -> None:
    """Start again with these servers in the settings."""
    await stage.stop()
    stage.settings = {"guild_ids": list(guild_ids)}
    await stage.start()


async def test_commands_go_to_named_servers_alone(stage: Stage) -> None:
    server = stage.server
    assert find_servers(stage) == {None}
    await restart(stage, server.guild.id)
    assert find_servers(stage) == {server.guild.id}
    asked = await server.answered(await server.call(server.member("ben"), "help"))
    assert "FastAPI Quiz" in text_of(asked.messages[0])


async def test_a_server_that_is_named_no_more_shows_each_command_once(stage: Stage) -> None:
    other = await stage.server.invite("Globex")
    await restart(stage, stage.server.guild.id, other.id)
    await restart(stage, other.id)
    assert find_servers(stage) == {other.id}
    await restart(stage)
    assert find_servers(stage) == {None}
    handed = count_handed(stage)
    await restart(stage)
    assert count_handed(stage) == handed


async def test_a_server_that_cannot_be_reached_keeps_its_turn(stage: Stage) -> None:
    ours = stage.server.guild.id
    await restart(stage, ours)
    stage.server.fail("PUT .*/guilds/", "status", status=503)
    await restart(stage)
    assert find_servers(stage) == {None, ours}
    await restart(stage)
    assert find_servers(stage) == {None}


async def test_a_named_server_has_the_commands_as_soon_as_it_adds_the_bot(stage: Stage) -> None:
    server = stage.server
    globex = server.world.add_guild("Globex")
    del server.world.guilds[globex.id]
    await restart(stage, globex.id, server.guild.id)
    assert find_servers(stage) == {server.guild.id}, "one that is missing keeps no other back"
    for _ in range(2):  # and again when it comes back
        server.world.guilds[globex.id] = globex
        await server.show_guild(globex)
        await server.until(lambda: globex.id in server.world.commands)
        await server.remove(globex)


async def test_a_server_that_comes_back_while_the_bot_is_off_has_them_too(stage: Stage) -> None:
    server = stage.server
    await restart(stage, server.guild.id)
    before = len(stage.handled)
    await server.remove(server.guild)
    await server.until(lambda: len(stage.handled) > before)
    await stage.stop()
    server.world.guilds[server.guild.id] = server.left.pop(server.guild.id)
    await stage.start()
    assert find_servers(stage) == {server.guild.id}


async def test_another_bot_on_the_same_database_has_commands_too(stage: Stage) -> None:
    await stage.stop()
    stage.server.world.commands.clear()
    stage.server.world.bot = User(stage.server.world.new_id(), "another", bot=True)
    await stage.start()
    assert find_servers(stage) == {None}


async def test_changed_translation_is_handed_over(stage: Stage) -> None:
    assert stage.platform is not None
    client = stage.platform._client
    assert client is not None
    before = count_handed(stage)
    await client._syncing.sync()
    assert count_handed(stage) == before
    await client._tree.set_translator(Words({"fr": Language("fr", {"help": "aide"}, {})}))
    await client._syncing.sync()
    assert count_handed(stage) == before + 1
    await client._syncing.sync()
    assert count_handed(stage) == before + 1
