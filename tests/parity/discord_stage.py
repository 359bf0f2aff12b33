"""Discord: the real adapter and SDK against a local Discord."""

from __future__ import annotations

from pathlib import Path

from adapters.local.platform import LocalPlatform
from adapters.local.script import GoTo, parse_script
from adapters.local.simulation import VirtualClock
from bot import commands
from bot.commands import NAME as COMMAND
from bot.commands import Option, Type
from bot.domain.people import Level
from bot.domain.reading import read_number, read_yes_no
from bot.errors import CommandError
from tests.databases import make_sqlite
from tests.fakes.discord.world import Said
from tests.fakes.discord_server import run_discord, text_of
from tests.parity.discord_members import DiscordSimulation
from tests.parity.discord_world import DiscordWorld
from tests.parity.stage import Shown, describe_shown


class DiscordStage:
    """Plays against a local Discord."""

    async def play(self, script: str, folder: Path) -> list[Shown]:
        """Play a script."""
        clock = VirtualClock()
        local = LocalPlatform(clock, lambda message: None)
        instructions = [instruction for _, instruction in parse_script(script.splitlines())]
        async with run_discord(clock.now) as server:
            server.guild.name = "local"
            for each in instructions:
                if isinstance(each, GoTo) and each.kind == "workspace":
                    server.world.add_guild(each.name)
            server.rest.is_out = lambda: local.is_out
            world = DiscordWorld(server, make_sqlite(folder / "discord.db"), clock)
            program = await world.start()
            simulation = DiscordSimulation(
                program, world.start, local, clock, lambda origin, text: None, world=world
            )
            try:
                for instruction in instructions:
                    await simulation.play(instruction)
            finally:
                await simulation.program.close()
            assert server.problems == []
            return [_describe(world, said) for said in server.world.said if world.kind_of(said)]


def keep_playable(script: str) -> str:
    """Leave out unknown words and values: Discord's client refuses them itself."""
    return "\n".join(line for line in script.splitlines() if _is_playable(line.strip()))


def _is_playable(line: str) -> bool:
    _, colon, text = line.partition(f": {COMMAND}")
    if not colon:
        return True
    try:
        command, raw = commands.parse(text)
        return all(_fits(command.option(name), word) for name, word in raw.items())
    except CommandError:
        return False


def _fits(option: Option | None, word: str) -> bool:
    assert option is not None
    if option.type is Type.YES_NO:
        return read_yes_no(word) in (True, False)
    if option.type in (Type.NUMBER, Type.SCHEDULE):
        return read_number(word) > 0
    words = tuple(Level) if option.type is Type.LEVEL else option.choices
    return not words or word in (*words, "any")


def _describe(world: DiscordWorld, said: Said) -> Shown:
    kind = world.kind_of(said)
    assert kind is not None
    channels = {str(c.id): c for c in world.server.world.channels.values()}
    shown_in = channels.get(str(said.channel.parent_id or said.channel.id), said.channel)
    text = text_of(said.message) if said.message else ""
    plain = text.replace("\\", "").replace("*", "")
    return describe_shown(kind, said.only.name if said.only else None, f"#{shown_in.name}", plain)
