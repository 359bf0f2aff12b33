"""Opens the forms of commands, filled with what is in force now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.commands import BY_PATH, Caller, Command, Option, Type
from bot.domain.cards import FormCard, FormField
from bot.domain.people import Member, find_return
from bot.domain.question import QuestionFilter
from bot.domain.reading import read_number
from bot.domain.schedule import WEEKDAYS, Schedule, format_days
from bot.domain.wording import no_schedule
from bot.errors import NotFound
from bot.ports import Storage

MOST_CHOICES = 24
"""Discord's selects take 25, and `any` is one of them."""
ANY = "any"
NONE = "none"
_UNITS = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))


@dataclass
class Forming:
    """Makes a form of any command; it comes back as FormSubmitted with the command's path."""

    storage: Storage

    async def open_form(self, caller: Caller, path: str, key: str = "") -> FormCard:
        """Return the form; `key` is the number of the schedule that it is about.

        Its own key is empty unless it holds what is in force: see `read_filled`.

        Raises:
            NotFound: there is no such schedule.
            CommandError: the key is no number.
        """
        form = make_form(BY_PATH[path])
        values = await self._load_values(caller, path, key)
        topics = await self._load_topics(caller)
        fields = (
            replace(_offer(field, topics), value=values.get(field.name, ""))
            for field in form.fields
        )
        filled = key or ("own" if path == "settings" else "")
        return replace(form, key=filled, fields=tuple(fields))

    async def _load_values(self, caller: Caller, path: str, key: str) -> Mapping[str, str]:
        if path == "settings":
            return {**_describe_member(caller.member), **await self._load_wishes(caller)}
        if path == "schedule add":
            return {"tz": caller.zone, "days": "mon-fri", "reveal": "private"}
        if not key:
            return {}
        number = read_number(key)
        async with self.storage.reading() as work:
            schedule = await work.schedules.find(caller.workspace.id, number)
        if schedule is None:
            raise NotFound(no_schedule(number))
        return _describe_schedule(schedule)

    async def _load_wishes(self, caller: Caller) -> Mapping[str, str]:
        who = (caller.workspace.id, caller.member.id)
        async with self.storage.reading() as work:
            until = find_return(await work.members.away(*who), caller.today)
            reminder = await work.reminders.of(*who)
        return {
            "reminders": f"{reminder.at:%H:%M}" if reminder else "no",
            **({"away-until": f"{until}"} if until else {}),
        }

    async def _load_topics(self, caller: Caller) -> tuple[str, ...]:
        """Return the topics to choose from; none where there are too many for a list."""
        async with self.storage.reading() as work:
            deck = await work.questions.deck(caller.workspace.id, QuestionFilter())
        topics = sorted({topic for question in deck for topic in question.topics})
        return (*topics, ANY) if 0 < len(topics) <= MOST_CHOICES else ()


def make_form(command: Command) -> FormCard:
    """Return a command as an empty form."""
    fields = tuple(map(_make_field, command.options))
    return FormCard(command.path, command.help.capitalize(), "", fields)


def _offer(field: FormField, topics: tuple[str, ...]) -> FormField:
    """List the topics in their field: then nobody needs to be told where to see them."""
    if field.type != Type.TOPIC or not topics:
        return field
    return replace(field, label="what it is about", choices=topics)


def read_filled(command: Command, values: Mapping[str, str], *, was_filled: bool) -> dict[str, str]:
    """Return what was filled in, as options.

    A field that was left empty changes nothing; in a form that held what is in force
    somebody emptied it, which clears the option.
    """
    given = {}
    for name, value in values.items():
        option = command.option(name)
        if value.strip():
            given[name] = value
        elif was_filled and option and option.clearable:
            given[name] = NONE
    return given


def _make_field(option: Option) -> FormField:
    return FormField(option.name, option.help, option.type.value, option.required, option.words)


def _describe_member(member: Member) -> Mapping[str, str]:
    return {
        "level": member.level or ANY,
        "timezone": member.zone or "",
        "leaderboard": "yes" if member.on_leaderboard else "no",
    }


def _describe_schedule(schedule: Schedule) -> Mapping[str, str]:
    """Return a schedule's options as somebody would type them."""
    rhythm, wanted = schedule.rhythm, schedule.wanted
    return {
        "id": str(schedule.number),
        "time": f"{rhythm.time:%H:%M}",
        "channel": schedule.channel,
        "days": format_days(rhythm.days),
        "tz": rhythm.zone,
        "level": wanted.level or ANY,
        "topic": wanted.topic or ANY,
        "pack": wanted.pack or "",
        "reveal": schedule.reveal.value,
        "reveal-after": _write_duration(schedule.reveal_after) if schedule.reveal_after else "",
        "discussion": "yes" if schedule.discussion else "no",
        "digest": "off" if schedule.digest is None else WEEKDAYS[schedule.digest],
    }


def _write_duration(duration: timedelta) -> str:
    """Write it in the largest unit that leaves no rest."""
    seconds = round(duration.total_seconds())
    unit, size = next(each for each in _UNITS if seconds % each[1] == 0)
    return f"{seconds // size}{unit}"
