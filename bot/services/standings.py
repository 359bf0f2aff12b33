"""Streaks and leaderboards, read off the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.commands import Call, Caller, handles
from bot.domain.cards import LeaderboardCard, LedgerCard, Reply, Standing, StreakCard
from bot.domain.people import Member, MemberId, WorkspaceId
from bot.domain.pictures import CalendarPicture
from bot.domain.schedule import to_instant
from bot.domain.streak import LedgerDay, Streak, build_ledger, question_days, sum_up
from bot.errors import NotFound
from bot.ports import ChatPort, Storage, UnitOfWork

ROWS = 10
CALENDAR_DAYS = 28


async def load_ledger(work: UnitOfWork, member: Member) -> tuple[LedgerDay, ...]:
    """Return the member's ledger as of now."""
    days = question_days(await work.deliveries.posted_slots(member.workspace_id))
    took_part = await work.attempts.dates_of(member.workspace_id, member.id)
    away = await work.members.away(member.workspace_id, member.id)
    return build_ledger(days, took_part, away)


@dataclass
class Standings:
    """Answers `streak` and `leaderboard`."""

    storage: Storage
    chats: Mapping[str, ChatPort]

    @handles("streak")
    async def show_streak(self, call: Call) -> Reply:
        """Show the numbers, or with `why` the whole ledger."""
        caller = call.caller
        async with self.storage.reading() as work:
            member = caller.member
            if "member" in call.options:
                member = await self._find_member(work, caller, call.options["member"])
            ledger = await load_ledger(work, member)
            away = await work.members.away(member.workspace_id, member.id)
        streak = sum_up(ledger)
        if call.options.get("why"):
            return Reply([LedgerCard(member.name, streak, ledger)])
        today = caller.now.astimezone(ZoneInfo(caller.zone)).date()
        until = [period.until for period in away if period.ended_at is None]
        away_until = max((day for day in until if day >= today), default=None)
        calendar = picture_calendar(member.name, today, streak, ledger)
        card = StreakCard(member.name, streak, ledger[-CALENDAR_DAYS:], away_until, calendar)
        return Reply([card])

    async def _find_member(self, work: UnitOfWork, caller: Caller, text: str) -> Member:
        name = self.chats[caller.workspace.platform].member_id(text)
        member = await work.members.find(caller.workspace.id, name)
        if member is None or not (member.on_leaderboard or member.id == caller.member.id):
            raise NotFound(f'Nobody called "{text}" takes part here. Check the spelling.')
        return member

    @handles("leaderboard")
    async def show_leaderboard(self, call: Call) -> Reply:
        """Show the standings of a week, a month or all time."""
        caller = call.caller
        period = call.options.get("period", "week")
        async with self.storage.reading() as work:
            since = start_of_period(period, caller.now, caller.zone)
            totals = await work.attempts.totals(caller.workspace.id, since)
            streaks = await self._streaks(work, caller.workspace.id, totals, caller.member.id)
        rows = rank(totals, streaks)
        own = [
            row for row, (member, _) in zip(rows, totals, strict=True) if member == caller.member
        ]
        shown = rows[:ROWS]
        public = bool(call.options.get("share"))
        card = LeaderboardCard(
            period, tuple(shown), own[0] if own and own[0] not in shown else None
        )
        return Reply([card], public=public)

    async def _streaks(
        self,
        work: UnitOfWork,
        workspace_id: WorkspaceId,
        totals: Sequence[tuple[Member, int]],
        own_id: MemberId,
    ) -> Mapping[MemberId, int]:
        days = question_days(await work.deliveries.posted_slots(workspace_id))
        dates = await work.attempts.dates(workspace_id)
        streaks = {}
        for place, (member, _) in enumerate(totals):
            if place < ROWS or member.id == own_id:
                away = await work.members.away(workspace_id, member.id)
                took_part: set[date] = dates.get(member.id, set())
                streaks[member.id] = sum_up(build_ledger(days, took_part, away)).current
        return streaks


def picture_calendar(
    member: str, today: date, streak: Streak, ledger: Sequence[LedgerDay]
) -> CalendarPicture:
    """Return the picture of a ledger's last 26 weeks."""
    whole = CalendarPicture(member, today, streak, ())
    return replace(whole, days=tuple(day for day in ledger if day.date >= whole.first))


def rank(totals: Sequence[tuple[Member, int]], streaks: Mapping[MemberId, int]) -> list[Standing]:
    """Number the members, most points first; equal points share a rank (1, 2, 2, 4)."""
    rows: list[Standing] = []
    for place, (member, points) in enumerate(totals, start=1):
        shared = rows[-1].rank if rows and rows[-1].points == points else place
        rows.append(Standing(shared, member.name, points, streaks.get(member.id, 0)))
    return rows


def start_of_period(period: str, now: datetime, zone: str) -> datetime | None:
    """Return the local midnight at which this week (Monday) or month began, None for `all`."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if period == "week":
        return to_instant(today - timedelta(days=today.weekday()), time(), zone)
    if period == "month":
        return to_instant(today.replace(day=1), time(), zone)
    return None
