"""Visits to the web console, and the links that open one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.people import Member, Workspace

LINK_LASTS = timedelta(minutes=10)
VISIT_LASTS = timedelta(hours=8)


class Pass(StrEnum):
    """What lets somebody in: a link that is good once, or the visit that it opened."""

    LINK = "link"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Visit:
    """Who visits, of which workspace. `channel` is where they asked for the link, `zone` what
    the platform said there of their time zone."""

    workspace: Workspace
    member: Member
    channel: str
    zone: str
