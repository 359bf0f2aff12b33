"""Signs that stand for a verdict or a day where chats have little room."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.grading import Verdict
from bot.domain.streak import LedgerDay, Outcome

VERDICTS = {Verdict.MET: "✅", Verdict.PARTIAL: "🟡", Verdict.MISSING: "⬜", Verdict.WRONG: "❌"}
_DAYS = {
    Outcome.TOOK_PART: ("🟩", "took part"),
    Outcome.FREEZE: ("❄️", "freeze"),
    Outcome.MISSED: ("⬜", "missed"),
    Outcome.AWAY: ("💤", "away"),
    Outcome.OPEN: ("⏳", "still open"),
}
LEGEND = " · ".join(f"{sign} {meaning}" for sign, meaning in _DAYS.values())


def draw_days(days: Iterable[LedgerDay]) -> str:
    """Return question days as a row of signs, which `LEGEND` explains."""
    return "".join(_DAYS[day.outcome][0] for day in days)
