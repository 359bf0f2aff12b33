"""Streaks and leaderboards as Block Kit."""

from __future__ import annotations

from adapters.slack.blocks import (
    Block,
    Element,
    context,
    header,
    lines,
    one_line,
    rich,
    section,
    text,
)
from bot.domain import signs, wording
from bot.domain.cards import (
    DigestCard,
    LeaderboardCard,
    LedgerCard,
    Standing,
    StreakCard,
)


def show_streak(card: StreakCard) -> list[Block]:
    """Return the numbers of a streak, with its last days as a row of signs."""
    said = wording.explain_streak(card)
    if card.days:
        said.append(signs.draw_days(card.days))
    head = f"{one_line(wording.write_name(card.member))}: {wording.introduce_streak(card.streak)}"
    return [
        *header(head),
        *rich(*lines("\n".join(said))),
        *(context(signs.LEGEND) if card.days else []),
    ]


def show_ledger(card: LedgerCard) -> list[Block]:
    """Return every question day with what it was."""
    head = f"{one_line(wording.write_name(card.member))}: {wording.introduce_ledger(card.streak)}"
    if not card.days:
        return [*header(head), *rich(*lines(wording.NO_QUESTION_DAY))]
    return [*header(head), *rich(*lines("\n".join(wording.list_ledger(card.days))))]


def show_leaderboard(card: LeaderboardCard) -> list[Block]:
    """Return the standings, a line each: a phone breaks the lines of a table."""
    title = wording.PERIODS[card.period]
    if not card.rows:
        return [*header(title), *rich(*lines(wording.NOBODY_YET))]
    rows = [*map(_standing, card.rows)]
    if card.own:
        rows += [section(text("…")), _standing(card.own)]
    return [*header(title), *rich(*rows)]


def show_digest(card: DigestCard) -> list[Block]:
    """Return a week's standings and news."""
    news = "\n".join(map(one_line, wording.list_digest_news(card)))
    return [*header(card.title), *rich(*map(_standing, card.rows)), *rich(*lines(news))]


def _standing(row: Standing) -> Element:
    said = one_line(wording.describe_standing(row))
    return section(text(f"{row.rank}. ", bold=True), text(said))
