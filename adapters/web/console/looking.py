"""Pages to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from adapters.web.console.visits import SAID, Guest, Refused, Visitor
from adapters.web.pages import render_page, show_card
from bot.commands import BY_PATH
from bot.domain.cards import (
    BankCard,
    BankQuestionCard,
    Card,
    HistoryCard,
    LeaderboardCard,
    NoticeCard,
    QueueCard,
    ScheduleCard,
    SchedulesCard,
    StatusCard,
    TopicsCard,
)
from bot.domain.cards.standings import PERIODS
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.health import Fact
from bot.errors import NotFound

router = APIRouter()
SHOWN_COMING = 10
_Kind = TypeVar("_Kind", bound=Card)


def pick(cards: Sequence[Card], kind: type[_Kind]) -> _Kind:
    """Return the card of that kind."""
    return next(card for card in cards if isinstance(card, kind))


def show_page(guest: Guest, template: str, code: int = 200, /, **values: Any) -> HTMLResponse:
    """Return a page for a guest. What they did before is said once."""
    page = render_page(
        f"console/{template}.html", guest=guest, base=guest.base, at=template, **values
    )
    response = HTMLResponse(page, code)
    if guest.said:
        response.delete_cookie(SAID, path=f"{guest.base}/")
    return response


async def _examine(request: Request) -> list[Fact]:
    facts: list[Fact] = await request.app.state.examine()
    return facts


@router.get("/")
async def show_overview(
    guest: Visitor, facts: Annotated[list[Fact], Depends(_examine)]
) -> HTMLResponse:
    """What comes next, and what wants somebody."""
    answers = await asyncio.gather(guest.call("status"), guest.call("questions list"))
    status, queue = pick(answers[0], StatusCard), pick(answers[1], QueueCard)
    coming = [(one.next_due_at, one) for one in status.schedules if one.next_due_at]
    coming.sort(key=lambda pair: pair[0])
    last = _find_last(status.deliveries)
    seen = [*([last] if last else ()), *status.missed, *(one for _, one in coming[:SHOWN_COMING])]
    guest = await guest.learn_names(one.channel for one in seen)
    return show_page(
        guest,
        "overview",
        status=status,
        coming=[one for _, one in coming[:SHOWN_COMING]],
        last=last,
        waiting=queue.waiting,
        facts=facts,
    )


def _find_last(deliveries: Sequence[Delivery]) -> Delivery | None:
    return next((one for one in deliveries if one.state is DeliveryState.CONFIRMED), None)


@router.get("/schedules")
async def show_schedules(guest: Visitor) -> HTMLResponse:
    """All schedules."""
    card = pick(await guest.call("schedule list"), SchedulesCard)
    guest = await guest.learn_names(one.channel for one in card.schedules)
    return show_page(guest, "schedules", schedules=card.schedules)


@router.get("/schedules/{number}")
async def show_schedule(guest: Visitor, number: int) -> HTMLResponse:
    """One schedule with its next ten posts."""
    one = {"id": str(number)}
    card = pick(await guest.call("schedule show", one), ScheduleCard)
    [preview] = await guest.call("schedule preview", one)
    guest = await guest.learn_names([card.schedule.channel])
    return show_page(guest, "schedule", schedule=card.schedule, preview=await show_card(preview))


@router.get("/deliveries")
async def show_deliveries(guest: Visitor, state: str = "", page: str = "") -> HTMLResponse:
    """What was posted, missed or is stuck, and why."""
    card = pick(await guest.call("status", {"state": state, "page": page}), StatusCard)
    guest = await guest.learn_names(one.channel for one in card.deliveries)
    return show_page(guest, "deliveries", card=card, states=list(DeliveryState))


@router.get("/queue")
async def show_queue(guest: Visitor, page: str = "") -> HTMLResponse:
    """The drafts and reports that wait."""
    card = pick(await guest.call("questions list", {"page": page}), QueueCard)
    return show_page(guest, "queue", card=card)


@router.get("/bank")
async def show_bank(request: Request, guest: Visitor) -> HTMLResponse:
    """The questions that fit."""
    options = {option.name: option for option in BY_PATH["questions bank"].options}
    wanted = {name: request.query_params.get(name, "") for name in options}
    topics = pick(await guest.call("topics"), TopicsCard)
    card, said, is_fault = None, "", False
    try:
        card = pick(await guest.call("questions bank", wanted), BankCard)
    except Refused as error:
        if error.card.reason == "forbidden":
            raise
        said, is_fault = str(error), error.card.reason != NotFound.reason
    return show_page(
        guest,
        "bank",
        card=card,
        said=said,
        is_fault=is_fault,
        wanted=wanted,
        topics=[topic for topic, _ in topics.topics],
        levels=[level for level, _ in topics.levels],
        states=options["state"].choices,
        orders=options["sort"].choices,
    )


@router.get("/bank/export")
async def export_pack(guest: Visitor, pack: str = "", format: str = "json") -> Response:  # noqa: A002
    """A pack as a file."""
    cards = await guest.call("questions export", {"pack": pack, "format": format})
    [file] = pick(cards, NoticeCard).attachments
    disposition = {"content-disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=disposition)


@router.get("/bank/questions/{name}")
async def show_question(guest: Visitor, name: str) -> HTMLResponse:
    """One question whole."""
    card = pick(await guest.call("questions show", {"id": name}), BankQuestionCard)
    return show_page(guest, "question", row=card.row, shown=await show_card(card))


@router.get("/admins")
async def show_admins(guest: Visitor) -> HTMLResponse:
    """Who may configure the bot beside the platform's own admins."""
    card = pick(await guest.call("admins list"), NoticeCard)
    return show_page(guest, "admins", said=card.text, granted=card.data()["granted"])


@router.get("/standings")
async def show_standings(guest: Visitor, period: str = "") -> HTMLResponse:
    """The standings of a period."""
    card = pick(await guest.call("leaderboard", {"period": period}), LeaderboardCard)
    return show_page(
        guest, "standings", period=card.period, periods=PERIODS, shown=await show_card(card)
    )


@router.get("/me")
async def show_own(guest: Visitor, page: str = "") -> HTMLResponse:
    """One's own streak, settings and answers."""
    history = pick(await guest.call("history", {"page": page}), HistoryCard)
    streak = [await show_card(card) for card in await guest.call("streak")]
    settings = pick(await guest.call("settings"), NoticeCard)
    return show_page(guest, "me", history=history, streak=streak, settings=settings.text)


@router.get("/me/answers/{number}")
async def show_answer(guest: Visitor, number: int) -> HTMLResponse:
    """One past answer with its feedback."""
    [card] = await guest.call("history", {"number": str(number)})
    return show_page(guest, "answer", shown=await show_card(card))
