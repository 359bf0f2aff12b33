"""`schedule …`: admins configure daily questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from bot.commands import Call, Caller, handles
from bot.domain.cards import PreviewCard, Reply, ScheduleCard, SchedulesCard
from bot.domain.formatting import format_date
from bot.domain.question import QuestionFilter
from bot.domain.reading import did_you_mean, hint_zone
from bot.domain.schedule import (
    WEEKDAYS,
    Deed,
    RevealMode,
    Rhythm,
    Schedule,
    ScheduleId,
    Slot,
    local_date,
)
from bot.domain.wording import no_schedule
from bot.errors import ChatError, CommandError, NotFound, Rejected
from bot.ports import ChatPort, Storage, UnitOfWork
from bot.services.fitting import explain_misfit
from bot.services.generated_pack import GeneratedPack
from bot.services.generating import GENERATED
from bot.services.planning import (
    draft_question,
    log_plans,
    open_picker,
    plan_question,
    tell_of_low_deck,
)

PREVIEWED = 10
MOST_SCHEDULES = 100
_WORKDAYS = frozenset(range(5))
_INSTANT = timedelta(microseconds=1)


@dataclass
class Scheduling:
    """Adds, changes and shows schedules. Every change recomputes when the next post is due."""

    storage: Storage
    chats: Mapping[str, ChatPort]
    grace: timedelta
    generated: GeneratedPack

    @handles("schedule add")
    async def add(self, call: Call) -> Reply:
        """Add a schedule, once the bot may post in its channel and questions fit."""
        caller, options = call.caller, call.options
        draft = Schedule(
            id=ScheduleId(0),
            workspace_id=caller.workspace.id,
            number=0,
            channel=caller.channel,
            rhythm=Rhythm(options["time"], caller.zone, _WORKDAYS),
            created_by=caller.member.id,
        )
        schedule = apply_options(draft, options, self._channel_id(caller, options))
        await self._require_rights(caller, schedule)
        await self._make_pack(options)
        next_due_at = schedule.rhythm.next_slot(caller.now).due_at
        async with self.storage.writing() as work:
            others = await work.schedules.of_workspace(caller.workspace.id)
            if len(others) >= MOST_SCHEDULES:
                raise CommandError(
                    f"This workspace has {MOST_SCHEDULES} schedules. Remove one first."
                )
            await _require_questions(work, schedule)
            schedule = _with_digest(replace(schedule, next_due_at=next_due_at), caller.now)
            schedule = await work.schedules.add(schedule)
        return _say(schedule, f"is set{_name_twin(schedule, others)}{_hint_zone(schedule)}")

    @handles("schedule list")
    async def list_all(self, call: Call) -> Reply:
        """List the workspace's schedules."""
        async with self.storage.reading() as work:
            schedules = await work.schedules.of_workspace(call.caller.workspace.id)
        return Reply([SchedulesCard(tuple(schedules))])

    @handles("schedule show")
    async def show(self, call: Call) -> Reply:
        """Show one schedule."""
        async with self.storage.reading() as work:
            return _say(await _find(work, call), "")

    @handles("schedule edit")
    async def edit(self, call: Call) -> Reply:
        """Change what was given; what was not stays."""
        caller, options = call.caller, call.options
        if len(options) < 2:
            raise CommandError(f"Nothing to change was given. {call.command.usage}")
        channel = self._channel_id(caller, options)
        async with self.storage.reading() as work:
            before = await _find(work, call)
        if channel not in (None, before.channel):
            await self._require_rights(caller, replace(before, channel=channel))
        await self._make_pack(options)
        async with self.storage.writing() as work:
            before = await _find(work, call, to_change=True)
            changed = apply_options(before, options, channel)
            await _require_questions(work, changed)
            if before.next_due_at is not None:
                changed = await _with_next_slot(work, changed, caller.now)
            await work.schedules.save(changed)
            if changed.channel != before.channel:
                await work.deliveries.redirect_waiting(changed)
        return _say(changed, f"is changed{_hint_zone(changed) if 'tz' in options else ''}")

    @handles("schedule pause")
    async def pause(self, call: Call) -> Reply:
        """Stop posting; what still waits to be sent is not sent."""
        async with self.storage.writing() as work:
            schedule = await _find(work, call, to_change=True)
            reason = Deed.PAUSED.tell(call.caller.member.name)
            await work.schedules.pause(schedule, reason)
            await work.deliveries.cancel_waiting(schedule, reason)
        return _say(replace(schedule, paused_because=reason, next_due_at=None), "is paused")

    @handles("schedule resume")
    async def resume(self, call: Call) -> Reply:
        """Post again, once the bot may."""
        async with self.storage.reading() as work:
            schedule = await _find(work, call)
        await self._require_rights(call.caller, schedule)
        async with self.storage.writing() as work:
            schedule = await _find(work, call, to_change=True)
            resumed = await _with_next_slot(
                work, replace(schedule, paused_because=None), call.caller.now
            )
            await work.schedules.save(resumed)
        return _say(resumed, "goes on")

    @handles("schedule skip")
    async def skip(self, call: Call) -> Reply:
        """Leave out the next post. It is no question day, so no streak breaks."""
        caller = call.caller
        async with self.storage.writing() as work:
            schedule = await _find(work, call, to_change=True)
            if schedule.next_due_at is None:
                raise CommandError(f"Schedule {schedule.number} is paused: nothing to skip.")
            slot = next(await free_slots(work, schedule, caller.now))
            reason = Deed.SKIPPED.tell(caller.member.name)
            draft = draft_question(caller.workspace, schedule, slot, self.grace, reason=reason)
            await work.deliveries.insert([draft])
            skipped = await _with_next_slot(work, schedule, caller.now)
            await work.schedules.save(skipped)
        return _say(skipped, f"leaves out {format_date(slot.date)}")

    @handles("schedule run")
    async def run(self, call: Call) -> Reply:
        """Post another question now, once the bot may, as often as it is called."""
        caller = call.caller
        async with self.storage.reading() as work:
            schedule = await _find(work, call)
        await self._require_rights(caller, schedule)
        async with self.storage.writing() as work:
            schedule = await _find(work, call, to_change=True)
            today = local_date(caller.now, schedule.rhythm.zone)
            run = await work.deliveries.count_runs(schedule, today) + 1
            slot = Slot(today, caller.now)
            picker = await open_picker(work, [schedule])
            draft, low = plan_question(picker, caller.workspace, schedule, slot, self.grace, run)
            if draft.question_key is None:
                raise NotFound(f"{draft.reason} Type /fastapi-quiz topics to see what there is.")
            await work.deliveries.insert([draft])
            if low:
                await work.schedules.save(replace(schedule, low_told_at_size=low.size))
            await tell_of_low_deck(work, schedule, low, caller.now)
        log_plans([draft])
        return _say(schedule, "posts a question now")

    @handles("schedule preview")
    async def preview(self, call: Call) -> Reply:
        """Show the next ten posts in the schedule's own local time."""
        async with self.storage.reading() as work:
            schedule = await _find(work, call)
            slots = islice(await free_slots(work, schedule, call.caller.now), PREVIEWED)
            times = tuple(schedule.rhythm.to_local(slot.due_at) for slot in slots)
        return Reply([PreviewCard(schedule, times)])

    @handles("schedule remove")
    async def remove(self, call: Call) -> Reply:
        """Delete a schedule; the log of its deliveries stays."""
        async with self.storage.writing() as work:
            schedule = await _find(work, call, to_change=True)
            reason = Deed.REMOVED.tell(call.caller.member.name)
            await work.deliveries.cancel_waiting(schedule, reason)
            await work.schedules.remove(schedule, call.caller.now)
        return _say(replace(schedule, next_due_at=None), "is removed")

    def _channel_id(self, caller: Caller, options: Mapping[str, Any]) -> str | None:
        text = options.get("channel")
        return self.chats[caller.workspace.platform].channel_id(text) if text else None

    async def _make_pack(self, options: Mapping[str, Any]) -> None:
        if options.get("pack") == GENERATED:
            await self.generated.ensure()

    async def _require_rights(self, caller: Caller, schedule: Schedule) -> None:
        chat = self.chats[caller.workspace.platform]
        try:
            problem = await chat.missing_rights(caller.workspace.external_id, schedule.channel)
        except Rejected as error:
            problem = str(error)
        except ChatError:
            problem = "The platform does not answer just now. Try again in a minute."
        if problem:
            raise CommandError(f"{problem} Nothing was changed.", field="channel")


def apply_options(
    schedule: Schedule, options: Mapping[str, Any], channel: str | None = None
) -> Schedule:
    """Return the schedule with the options that were given; `channel` is the platform's id."""
    rhythm, wanted = schedule.rhythm, schedule.wanted
    at: time = options.get("time", rhythm.time)
    return replace(
        schedule,
        channel=channel or schedule.channel,
        rhythm=Rhythm(at, options.get("tz", rhythm.zone), options.get("days", rhythm.days)),
        wanted=QuestionFilter(
            options.get("level", wanted.level),
            options.get("topic", wanted.topic),
            options.get("pack", wanted.pack),
        ),
        reveal=RevealMode(options.get("reveal", schedule.reveal)),
        reveal_after=options.get("reveal-after", schedule.reveal_after),
        discussion=options.get("discussion", schedule.discussion),
        digest=_read_digest(options["digest"]) if "digest" in options else schedule.digest,
    )


def _read_digest(word: str) -> int | None:
    return None if word == "off" else WEEKDAYS.index(word)


async def free_slots(work: UnitOfWork, schedule: Schedule, now: datetime) -> Iterator[Slot]:
    """Return the coming slots that have no delivery yet: one post a local date. One that has come
    due and is not planned yet is among them."""
    after = min(now, schedule.next_due_at - _INSTANT) if schedule.next_due_at else now
    since = schedule.rhythm.to_local(after).date() - timedelta(days=1)
    taken = await work.deliveries.planned_slots([schedule], since)
    dates = taken.get(schedule.id, set())
    return (slot for slot in schedule.rhythm.slots_after(after) if slot.date not in dates)


async def _with_next_slot(work: UnitOfWork, schedule: Schedule, now: datetime) -> Schedule:
    slot = next(await free_slots(work, schedule, now))
    return _with_digest(replace(schedule, next_due_at=slot.due_at), now)


def _with_digest(schedule: Schedule, now: datetime) -> Schedule:
    return replace(schedule, digest_due_at=schedule.next_digest(now))


def _name_twin(schedule: Schedule, others: Sequence[Schedule]) -> str:
    """Say that another one posts there at the same moment: it may have been added twice."""
    for other in others:
        if (other.channel, other.next_due_at) == (schedule.channel, schedule.next_due_at):
            return f", beside schedule {other.number}, which posts at the same time"
    return ""


def _hint_zone(schedule: Schedule) -> str:
    zone = schedule.rhythm.zone
    hint = hint_zone(zone)
    return f". {zone} has {hint}" if hint else ""


async def _find(work: UnitOfWork, call: Call, *, to_change: bool = False) -> Schedule:
    number, workspace_id = call.options["id"], call.caller.workspace.id
    schedule = await work.schedules.find(workspace_id, number, to_change=to_change)
    if schedule is None:
        raise NotFound(no_schedule(number))
    return schedule


async def _require_questions(work: UnitOfWork, schedule: Schedule) -> None:
    wanted = schedule.wanted
    if await work.questions.deck(schedule.workspace_id, wanted):
        return
    if wanted.pack:
        await _require_pack(work, schedule, wanted.pack)
    raise await explain_misfit(work, schedule.workspace_id, wanted)


async def _require_pack(work: UnitOfWork, schedule: Schedule, name: str) -> None:
    packs = {pack.name for pack in await work.curation.packs(schedule.workspace_id)}
    if name not in packs:
        listed = ", ".join(sorted({*packs, GENERATED}))
        raise NotFound(
            f'There is no pack "{name}".{did_you_mean(name, {*packs, GENERATED})} '
            f"Packs here: {listed}.",
            field="pack",
        )


def _say(schedule: Schedule, what: str) -> Reply:
    return Reply([ScheduleCard(schedule, what)])
