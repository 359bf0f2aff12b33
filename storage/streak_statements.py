"""The statements that read what streaks are made of, each in one go, and how to read their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    CompoundSelect,
    Date,
    Integer,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    union_all,
)
from sqlalchemy import select as select_columns
from sqlmodel.sql.sqltypes import UTCDateTime

from bot.domain.delivery import DeliveryState, Purpose
from bot.domain.people import AwayPeriod, MemberId
from bot.domain.streak import KeptStreak, PostedSlot, Streak
from bot.ports.standings import LogSince
from storage.tables import AttemptRow, AwayRow, DeliveryRow, StreakRow, table_of

_TABLE = table_of(StreakRow)
KEPT = ("through", "as_of", "current", "longest", "freezes")
_WORKSPACE = bindparam("workspace_id", type_=Integer)
_MEMBERS = bindparam("members", expanding=True, type_=Integer)
_SLOT, _TOOK_PART, _AWAY, _STREAK, NEW = range(5)
_NO_NUMBER, _NO_TIME = cast(null(), Integer), cast(null(), UTCDateTime)
_CELLS = ("what", "member", "day", "since", "until", "current", "longest", "freezes")
"""The columns of a row that is one of these five."""


def to_kept(through: date, as_of: datetime, current: int, longest: int, freezes: int) -> KeptStreak:
    return KeptStreak(through, as_of, Streak(current, longest, freezes))


def sort_out(
    members: Sequence[MemberId], rows: Iterable[Any]
) -> tuple[dict[MemberId, KeptStreak], LogSince]:
    """Share the rows of one of the statements below out among what they tell of."""
    kept: dict[MemberId, KeptStreak] = {}
    slots = []
    dates: dict[MemberId, set[date]] = {member: set() for member in members}
    away: dict[MemberId, list[AwayPeriod]] = {member: [] for member in members}
    for what, member, day, since, until, *numbers in rows:
        if what == _SLOT:
            slots.append(PostedSlot(day, since, until))
        elif what == _TOOK_PART:
            dates[member].add(day)
        elif what == _AWAY:
            away[member].append(AwayPeriod(since, day, until))
        elif what == _STREAK:
            kept[member] = to_kept(day, since, *numbers)
    return kept, LogSince(sorted(slots, key=lambda slot: slot.date), dates, away)


def _is_any(column: Any) -> Any:
    return column.in_(_MEMBERS)


def _is_one(column: Any) -> Any:
    """Compare with one member: a list's statement is written anew for each call."""
    return column == bindparam("member_id", type_=Integer)


def _select_cells(what: int, *cells: Any) -> Any:
    numbers = [_NO_NUMBER] * (len(_CELLS) - 1 - len(cells))
    whole = (literal_column(str(what), Integer), *cells, *numbers)
    return select_columns(*(cell.label(name) for name, cell in zip(_CELLS, whole, strict=True)))


def _select_log(after: Any, is_theirs: Callable[[Any], Any]) -> tuple[Any, Any, Any]:
    """Select what streaks are made of, on dates later than `after`: to be read in one trip."""
    delivery = table_of(DeliveryRow)
    attempt = table_of(AttemptRow)
    away = table_of(AwayRow)
    posted = delivery.c.posted_at
    slots = (
        _select_cells(_SLOT, _NO_NUMBER, delivery.c.slot, func.min(posted), func.max(posted))
        .where(
            delivery.c.workspace_id == _WORKSPACE,
            delivery.c.slot > after,
            delivery.c.purpose == Purpose.QUESTION.value,
            delivery.c.state == DeliveryState.CONFIRMED.value,
            delivery.c.member_id.is_(None),
            posted.is_not(None),
        )
        .group_by(delivery.c.slot)
    )
    dates = (
        _select_cells(_TOOK_PART, attempt.c.member_id, attempt.c.slot, _NO_TIME, _NO_TIME)
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .where(
            attempt.c.workspace_id == _WORKSPACE,
            is_theirs(attempt.c.member_id),
            attempt.c.slot > after,
            attempt.c.late.is_(False),
            delivery.c.member_id.is_(None),
        )
    )
    absences = _select_cells(
        _AWAY, away.c.member_id, away.c.until, away.c.since, away.c.ended_at
    ).where(away.c.workspace_id == _WORKSPACE, is_theirs(away.c.member_id))
    return slots, dates, absences


def _select_with_log(is_theirs: Callable[[Any], Any], *further: Any) -> CompoundSelect[Any]:
    """Return the statement for what is kept and the log since: asked with every answer."""
    through, as_of, *numbers = (_TABLE.c[name] for name in KEPT)
    theirs = (_TABLE.c.workspace_id == _WORKSPACE, is_theirs(_TABLE.c.member_id))
    kept = _select_cells(_STREAK, _TABLE.c.member_id, through, as_of, _NO_TIME, *numbers)
    earliest = select_columns(func.min(through)).where(*theirs).scalar_subquery()
    return union_all(kept.where(*theirs), *_select_log(earliest, is_theirs), *further)


def select_with_logged(logged: CTE) -> CompoundSelect[Any]:
    """Return that statement for the one member whose attempt it logs, if it was not there yet.

    A statement doesn't see what itself writes, so that this attempt's date is added.
    """
    delivery = table_of(DeliveryRow)
    cells = (logged.c.member_id, logged.c.slot, _NO_TIME, _NO_TIME)
    date = (
        _select_cells(_TOOK_PART, *cells)
        .join(delivery, delivery.c.id == logged.c.delivery_id)
        .where(logged.c.late.is_(False), delivery.c.member_id.is_(None))
    )
    return _select_with_log(_is_one, _select_cells(NEW, *cells), date)


FIND = select_columns(_TABLE.c.member_id, *(_TABLE.c[name] for name in KEPT)).where(
    _TABLE.c.workspace_id == _WORKSPACE, _TABLE.c.member_id.in_(_MEMBERS)
)
READ_LOG = union_all(*_select_log(bindparam("after", type_=Date), _is_any))
FIND_WITH_LOG = _select_with_log(_is_any)
FIND_WITH_LOG_OF_ONE = _select_with_log(_is_one)
