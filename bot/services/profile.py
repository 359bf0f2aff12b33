"""A member's own settings, absence and data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.commands import Call, Caller, Press, handles, handles_button
from bot.domain.cards import Button, NoticeCard, Reply
from bot.domain.people import Member, find_return
from bot.domain.reading import hint_zone
from bot.domain.reminder import Reminder
from bot.domain.wording import ERASED
from bot.errors import CommandError, NotFound
from bot.ports import ChatPort, Storage, UnitOfWork
from bot.services.reminding import change_reminder


@dataclass
class Profile:
    """Answers `settings` and `forget-me`."""

    storage: Storage
    chats: Mapping[str, ChatPort]

    @handles("settings")
    async def change_settings(self, call: Call) -> Reply:
        """Change what was given and show them all."""
        caller, options = call.caller, call.options
        named = options.get("away-until")
        until = named(caller.today) if named else None
        if until is not None and until < caller.today:
            raise CommandError(
                f"{until} is over already. Write a day to come, like {caller.today}."
            )
        async with self.storage.writing() as work:
            known = await work.members.hold(caller.member)
            if known is None:
                raise NotFound(ERASED)
            changed = replace(
                known,
                level=options.get("level", known.level),
                zone=options.get("timezone", known.zone),
                on_leaderboard=options.get("leaderboard", known.on_leaderboard),
            )
            await work.members.save(changed)
            if "away-until" in options:
                await self._set_away(work, caller, until)
            away = await work.members.away(caller.workspace.id, caller.member.id)
            zone = changed.pick_zone(caller.platform_zone)
            reminder = await change_reminder(work, caller, zone, options)
        told = _describe_zone(changed, caller.platform_zone)
        return Reply([_describe(changed, told, find_return(away, caller.today), reminder)])

    async def _set_away(self, work: UnitOfWork, caller: Caller, until: date | None) -> None:
        await work.members.end_away(caller.member, caller.now)
        if until is not None:
            await work.members.announce_away(caller.member, caller.now, until)

    @handles("forget-me")
    async def forget(self, call: Call) -> Reply:
        """Ask, and after a yes erase the member with all their answers."""
        if not call.options.get("confirm"):
            return Reply(
                [
                    NoticeCard(
                        "This erases your answers, streak, points, reviews, interviews, settings "
                        "and waiting suggestions in this workspace for good. To do it, press the "
                        "button, or type: /fastapi-quiz forget-me confirm:yes",
                        buttons=(Button("Erase my data", "forget"),),
                    )
                ]
            )
        return await self._erase(call.caller)

    @handles_button("forget")
    async def press_forget(self, press: Press) -> Reply:
        """The button is the yes."""
        return await self._erase(press.caller)

    async def _erase(self, caller: Caller) -> Reply:
        async with self.storage.writing() as work:
            await work.members.erase(caller.member)
        chat = self.chats[caller.workspace.platform]
        await chat.forget(caller.workspace.external_id, caller.member.external_id)
        return Reply([NoticeCard("Your data in this workspace is erased.", {"erased": True})])


def _describe(
    member: Member, zone: str, away: date | None, reminder: Reminder | None
) -> NoticeCard:
    facts: dict[str, Any] = {
        "level": member.level.value if member.level else None,
        "timezone": member.zone,
        "leaderboard": member.on_leaderboard,
        "reminders": f"{reminder.at:%H:%M}" if reminder else None,
        "away_until": away.isoformat() if away else None,
    }
    told = f"at {reminder.at:%H:%M} ({reminder.zone}), if reviews are due" if reminder else "no"
    lines = [
        f"Level: {member.level or 'any'}",
        f"Time zone: {zone}",
        f"On the leaderboard: {'yes' if member.on_leaderboard else 'no'}",
        f"Reminders: {told}",
        f"Away until: {away or 'not away'}",
    ]
    change = Button("Change settings", "form", value="settings")
    return NoticeCard("Your settings\n" + "\n".join(lines), facts, (change,))


def _describe_zone(member: Member, platform_zone: str) -> str:
    if member.zone:
        hint = hint_zone(member.zone)
        return f"{member.zone} ({hint})" if hint else member.zone
    if platform_zone:
        return f"as your platform says, {platform_zone}"
    return "UTC until you set yours: /fastapi-quiz settings timezone:Europe/Berlin"
