"""Streaks and leaderboards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.commands import Call, Caller, handles
from bot.domain.cards import LeaderboardCard, LedgerCard, Reply, Standing, StreakCard
from bot.domain.people import Member, MemberId, WorkspaceId, find_return
from bot.domain.pictures import CalendarPicture
from bot.domain.standing import name_period
from bot.domain.streak import LedgerDay, Streak, count_before, sum_up
from bot.domain.wording import NOBODY_YET, PERIODS
from bot.errors import NotFound
from bot.ports import ChatPort, Storage, UnitOfWork
from bot.services.streaks import count_streaks, load_ledger, read_streaks

ROWS = 10
CALENDAR_DAYS = 28


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
            ledger, away = await load_ledger(work, member)
        streak = sum_up(ledger)
        if call.options.get("why"):
            return Reply([LedgerCard(member.name, streak, ledger)])
        away_until = find_return(away, caller.today)
        ledger = ledger[count_before(ledger) :]
        calendar = picture_calendar(member.name, caller.today, streak, ledger)
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
        """Show the standings of a week, a month or all time; share those with points alone."""
        caller = call.caller
        period = call.options.get("period", "week")
        public = bool(call.options.get("share"))
        async with self.storage.reading() as work:
            board = await read_board(work, caller.member, name_period(period, caller.today))
            known = await read_streaks(work, board.workspace_id, board.members, caller.now)
        streaks = await self._keep_anew(board, caller.now) if known is None else known
        rows = [row for row in rank(board.top, streaks) if row.points or not public]
        if public and not rows:
            raise NotFound(f"There is nothing to share for {PERIODS[period].lower()}. {NOBODY_YET}")
        place = next(
            (at for at, (one, _) in enumerate(board.top) if one.id == caller.member.id), None
        )
        own = None
        if board.own and place is None and (board.own[0] or not public):
            points, number = board.own
            own = Standing(number, caller.member.name, points, streaks[caller.member.id].current)
            place = len(rows)
        card = LeaderboardCard(period, tuple(rows), own, None if public else place)
        return Reply([card], public=public)

    async def _keep_anew(self, board: Board, now: datetime) -> Mapping[MemberId, Streak]:
        """Return the streaks of all who are shown where some are stale: that takes a transaction.

        None that reads may be open meanwhile: many who hold one and wait for another would wait
        for each other.
        """
        async with self.storage.writing() as work:
            return await count_streaks(work, board.workspace_id, board.members, now)


@dataclass(frozen=True)
class Board:
    """The top of a period's standings, and the points and rank of whoever asks."""

    workspace_id: WorkspaceId
    top: Sequence[tuple[Member, int]]
    members: Sequence[MemberId]
    own: tuple[int, int] | None


async def read_board(work: UnitOfWork, member: Member, period: str) -> Board:
    """Read the standings of a period by its kept name."""
    workspace_id = member.workspace_id
    top = await work.totals.top(workspace_id, period, ROWS)
    own = await work.totals.place(workspace_id, period, member.id)
    shown = {one.id for one, _ in top} | ({member.id} if own else set())
    return Board(workspace_id, top, sorted(shown), own)


def picture_calendar(
    member: str, today: date, streak: Streak, ledger: Sequence[LedgerDay]
) -> CalendarPicture:
    """Return the picture of a ledger's last 26 weeks."""
    whole = CalendarPicture(member, today, streak, ())
    return replace(whole, days=tuple(day for day in ledger if day.date >= whole.first))


def rank(
    totals: Sequence[tuple[Member, int]], streaks: Mapping[MemberId, Streak]
) -> list[Standing]:
    """Number the members, most points first; equal points share a rank (1, 2, 2, 4)."""
    rows: list[Standing] = []
    for place, (member, points) in enumerate(totals, start=1):
        shared = rows[-1].rank if rows and rows[-1].points == points else place
        rows.append(Standing(shared, member.name, points, streaks[member.id].current))
    return rows
