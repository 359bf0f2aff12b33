"""What Discord offers while an option is being typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import discord

from adapters.discord import limits
from adapters.discord.desk import PATIENCE, Desk
from bot.commands import Option, Type
from bot.domain.cards import NoticeCard, SchedulesCard, TopicsCard
from bot.domain.events import CommandCalled, OptionTyped, Origin
from bot.domain.newest import Newest
from bot.domain.reading import known_zones

_FRESH_FOR = 60.0
_REMEMBERED = 1000

Pairs = Sequence[tuple[str, str]]


class Completer:
    """Asks the core what there is, and remembers topics for a minute: people type fast."""

    def __init__(self, desk: Desk, now: Callable[[], float]) -> None:
        self._desk = desk
        self._now = now
        self._topics: Newest[str, tuple[float, Pairs]] = Newest(_REMEMBERED)

    async def complete(
        self, interaction: discord.Interaction[Any], option: Option, typed: str
    ) -> Pairs:
        """Return (shown, value) for what fits best to what was typed."""
        if option.type is Type.ZONE:
            zones = sorted(set(known_zones().values()))
            return pick_matches([(zone, zone) for zone in zones], typed)
        origin = await self._desk.identify(interaction, PATIENCE)
        if origin is None:
            return ()
        try:
            return await self._complete_for(origin, interaction, option, typed)
        finally:
            self._desk.forget_membership(origin)

    async def _complete_for(
        self, origin: Origin, interaction: discord.Interaction[Any], option: Option, typed: str
    ) -> Pairs:
        match option.type:
            case Type.TOPIC:
                pairs = await self._recall_topics(origin)
            case Type.SCHEDULE:
                pairs = await self._ask_schedules(origin)
            case _:
                pairs = await self._ask_values(origin, _path_of(interaction), option)
        return pick_matches(pairs, typed)

    async def _recall_topics(self, origin: Origin) -> Pairs:
        known = self._topics.get(origin.workspace)
        if known and self._now() - known[0] < _FRESH_FOR:
            return known[1]
        pairs = await self._ask_topics(origin)
        self._topics[origin.workspace] = (self._now(), pairs)
        return pairs

    async def _ask_topics(self, origin: Origin) -> Pairs:
        reply = await self._desk.ask(CommandCalled(origin, "topics"))
        cards = [card for card in reply.cards if isinstance(card, TopicsCard)] if reply else []
        return [(f"{topic} ({count})", topic) for card in cards for topic, count in card.topics]

    async def _ask_values(self, origin: Origin, path: str, option: Option) -> Pairs:
        """Return what the command could be about: only whoever may call it is told."""
        reply = await self._desk.ask(OptionTyped(origin, path, option.name))
        notices = [card for card in reply.cards if isinstance(card, NoticeCard)] if reply else []
        return [pair for card in notices for pair in card.facts.get("suggestions", ())]

    async def _ask_schedules(self, origin: Origin) -> Pairs:
        reply = await self._desk.ask(CommandCalled(origin, "schedule list"))
        cards = [card for card in reply.cards if isinstance(card, SchedulesCard)] if reply else []
        return [
            (f"{schedule.number}: {schedule.rhythm}", str(schedule.number))
            for card in cards
            for schedule in card.schedules
        ]


def _path_of(interaction: discord.Interaction[Any]) -> str:
    command = interaction.command
    return command.qualified_name.partition(" ")[2] if command else ""


def pick_matches(pairs: Iterable[tuple[str, str]], typed: str) -> Pairs:
    """Return at most 25 that contain what was typed, those that begin with it first."""
    wanted = typed.strip().casefold().replace(" ", "_")
    fitting = [pair for pair in pairs if wanted in pair[0].casefold().replace(" ", "_")]
    fitting.sort(key=lambda pair: not _begins(pair[0], wanted))
    return fitting[: limits.CHOICES]


def _begins(shown: str, wanted: str) -> bool:
    folded = shown.casefold().replace(" ", "_")
    return any(part.startswith(wanted) for part in (folded, *folded.split("/")))
