"""What the contract tests store: a workspace with a schedule, its deliveries, questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.domain import delivery as moves
from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.delivery import Delivery, DeliveryState, Draft, Purpose
from bot.domain.people import Level, Member, Workspace
from bot.domain.question import Kind, Markdown, Question
from bot.domain.schedule import Rhythm, Schedule, ScheduleId
from bot.ports import UnitOfWork
from storage.unit_of_work import SqlStorage

NOW = datetime(2026, 3, 27, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
LEASE = timedelta(seconds=60)


def make_question(name: str, *, prompt: str = "Why?", topic: str = "routing") -> Question:
    return Question(
        id=name,
        pack="fastapi",
        title=name.title(),
        level=Level.FRESHER,
        topics=(topic,),
        kind=Kind.OPEN,
        prompt=Markdown(prompt),
        answer=Markdown("Because."),
    )


async def make_schedule(work: UnitOfWork, team: str = "acme") -> tuple[Workspace, Schedule]:
    workspace = await work.workspaces.ensure("local", team, team)
    schedule = Schedule(
        id=ScheduleId(0),
        workspace_id=workspace.id,
        number=0,
        channel="#general",
        rhythm=Rhythm(time(9), "Europe/Berlin"),
        next_due_at=NOW,
    )
    return workspace, await work.schedules.add(schedule)


def make_draft(workspace: Workspace, schedule: Schedule, slot: date = TODAY, run: int = 0) -> Draft:
    return Draft(
        workspace_id=workspace.id,
        channel=schedule.channel,
        slot=slot,
        key=moves.make_key(workspace.seed, schedule.id, slot.isoformat(), run),
        purpose=Purpose.QUESTION,
        due_at=NOW,
        expires_at=NOW + timedelta(hours=6),
        run=run,
        schedule_id=schedule.id,
        question_id="depends",
        round=1,
    )


async def claim_all(storage: SqlStorage, now: datetime = NOW) -> list[Delivery]:
    async with storage.writing() as work:
        return list(await work.leases.claim("me", now, now + LEASE, 100))


async def post(
    work: UnitOfWork,
    workspace: Workspace,
    schedule: Schedule,
    slot: date,
    at: datetime,
    run: int = 0,
) -> Delivery:
    draft = make_draft(workspace, schedule, slot, run)
    confirmed = replace(draft, state=DeliveryState.CONFIRMED, posted_at=at)
    await work.deliveries.insert([confirmed])
    delivery = await work.deliveries.by_key(workspace.id, draft.key)
    assert delivery is not None
    return delivery


def attempt(member: Member, delivery: Delivery, kind: AttemptKind, **changes: object) -> Attempt:
    plain = Attempt(
        workspace_id=member.workspace_id,
        member_id=member.id,
        delivery_id=delivery.id,
        slot=delivery.slot,
        kind=kind,
        at=NOW,
        late=False,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]
