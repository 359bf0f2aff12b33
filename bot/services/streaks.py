"""Streaks: read off the log for whoever wants every day explained, else from what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from bot.domain.attempt import Attempt
from bot.domain.people import AwayPeriod, Member, MemberId, WorkspaceId
from bot.domain.streak import (
    KeptStreak,
    LedgerDay,
    Streak,
    build_ledger,
    keep_streak,
    question_days,
    sum_up,
)
from bot.ports import UnitOfWork
from bot.ports.standings import LogSince


async def load_ledger(
    work: UnitOfWork, member: Member
) -> tuple[tuple[LedgerDay, ...], Sequence[AwayPeriod]]:
    """Return the member's ledger as of now, and their absences, by one look at the log."""
    log = await work.streaks.read_log(member.workspace_id, [member.id], date.min)
    away = log.away[member.id]
    return build_ledger(question_days(log.slots), log.dates[member.id], away), away


async def count_streak(work: UnitOfWork, member: Member, now: datetime) -> Streak:
    """Return the numbers that the ledger adds up to, in a transaction that may write."""
    streaks = await count_streaks(work, member.workspace_id, [member.id], now)
    return streaks[member.id]


async def log_and_count(work: UnitOfWork, attempt: Attempt, now: datetime) -> tuple[bool, Streak]:
    """Log an attempt as `Attempts.add` does; return that, and what `count_streak` then returns."""
    new, kept, log = await work.streaks.log_and_find(attempt)
    streaks = await _count(work, attempt.workspace_id, [attempt.member_id], now, kept, log)
    return new, streaks[attempt.member_id]


async def count_streaks(
    work: UnitOfWork, workspace_id: WorkspaceId, members: Sequence[MemberId], now: datetime
) -> Mapping[MemberId, Streak]:
    """Return the numbers of each member; what is not kept, or stale, is kept anew."""
    kept, log = await work.streaks.find_with_log(workspace_id, members)
    return await _count(work, workspace_id, members, now, kept, log)


async def _count(
    work: UnitOfWork,
    workspace_id: WorkspaceId,
    members: Sequence[MemberId],
    now: datetime,
    kept: Mapping[MemberId, KeptStreak],
    log: LogSince,
) -> Mapping[MemberId, Streak]:
    stale = _list_stale(kept, members, now)
    if not stale:
        return _sum_up_all(kept, log)
    anew = await _keep_anew(work, workspace_id, stale, now)
    kept = {one: anew.get(one) or kept[one] for one in members}
    return _sum_up_all(kept, await _read_log_since(work, workspace_id, kept))


async def read_streaks(
    work: UnitOfWork, workspace_id: WorkspaceId, members: Sequence[MemberId], now: datetime
) -> Mapping[MemberId, Streak] | None:
    """Return the numbers of each member without writing, or None if some must be kept anew."""
    kept, log = await work.streaks.find_with_log(workspace_id, members)
    return None if _list_stale(kept, members, now) else _sum_up_all(kept, log)


def _list_stale(
    kept: Mapping[MemberId, KeptStreak], members: Sequence[MemberId], now: datetime
) -> list[MemberId]:
    return [one for one in members if one not in kept or kept[one].is_stale(now)]


async def _keep_anew(
    work: UnitOfWork, workspace_id: WorkspaceId, members: Sequence[MemberId], now: datetime
) -> dict[MemberId, KeptStreak]:
    await work.streaks.hold_days(workspace_id)
    log = await work.streaks.read_log(workspace_id, members, date.min)
    days = question_days(log.slots)
    kept = {one: keep_streak(days, log.dates[one], log.away[one], now) for one in members}
    for member_id in sorted(kept):  # the same order for everybody: nobody waits in a ring
        await work.streaks.keep(workspace_id, member_id, kept[member_id])
    return kept


def _sum_up_all(kept: Mapping[MemberId, KeptStreak], log: LogSince) -> Mapping[MemberId, Streak]:
    """Return the numbers as of now: what is kept, and the days since then."""
    ledgers = _build_ledgers(kept, log)
    return {one: sum_up(ledgers[one], streak.streak) for one, streak in kept.items()}


async def _read_log_since(
    work: UnitOfWork, workspace_id: WorkspaceId, kept: Mapping[MemberId, KeptStreak]
) -> LogSince:
    since = min((streak.through for streak in kept.values()), default=date.max)
    return await work.streaks.read_log(workspace_id, list(kept), since)


def _build_ledgers(
    kept: Mapping[MemberId, KeptStreak], log: LogSince
) -> Mapping[MemberId, Sequence[LedgerDay]]:
    """Return each member's ledger of the days that what is kept does not take in."""
    days = question_days(log.slots)
    return {
        one: build_ledger(
            (day for day in days if day.date > streak.through),
            log.dates[one],
            log.away[one],
            streak.streak,
        )
        for one, streak in kept.items()
    }


async def find_new_longest(
    work: UnitOfWork,
    workspace_id: WorkspaceId,
    members: Sequence[MemberId],
    first: date,
    last: date,
) -> Mapping[MemberId, int]:
    """Return who reached their longest streak in those days, and how long it is."""
    found = await work.streaks.find(workspace_id, members)
    nothing = KeptStreak(date.min, datetime.min.replace(tzinfo=UTC))
    kept = {one: found.get(one, nothing) for one in members}
    start = {one: streak if streak.through < first else nothing for one, streak in kept.items()}
    ledgers = _build_ledgers(start, await _read_log_since(work, workspace_id, start))
    longest = {}
    for one, streak in start.items():
        before = [day.streak for day in ledgers[one] if day.date < first]
        within = [day.streak for day in ledgers[one] if first <= day.date <= last]
        if max(within, default=0) > max([streak.streak.longest, *before]):
            longest[one] = max(within)
    return longest
