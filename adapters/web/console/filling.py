"""Forms, and what is done by the press of a button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from adapters.web.console.looking import pick, show_page
from adapters.web.console.visits import Guest, Refused, Sender, Visitor
from adapters.web.uploading import read_file, read_texts
from bot.domain.cards import (
    BankCard,
    Card,
    FormCard,
    FormField,
    NoticeCard,
    QueueCard,
    ScheduleCard,
)
from bot.domain.events import FormSubmitted

router = APIRouter()
_OURS = ("stamp", "key", "about")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form on a page of its own: the button that opens it, whose `form` it then is, and where
    one goes afterwards. Without a button the command itself opens it."""

    form: str
    action: str
    back: str
    title: str
    button: str

    async def open(self, guest: Guest, about: str) -> FormCard:
        """Open the form; `about` is the number of the schedule or draft, if it is about one."""
        if not self.action:
            return pick(await guest.call(self.form), FormCard)
        value = self.form if self.action == "form" else ""
        card = pick(await guest.press(self.action, about, value), FormCard)
        fields = [
            await _name_channel(guest, field) if field.name == "channel" else field
            for field in card.fields
        ]
        return replace(card, fields=tuple(fields))


async def _name_channel(guest: Guest, field: FormField) -> FormField:
    """Write down which channel `here` is, that in which the link was asked for, and its name."""
    channel = field.value or guest.visit.channel
    name = (await guest.learn_names([channel])).name_channel(channel)
    label = field.label if name == channel else f"{field.label}; {channel} is {name}"
    return replace(field, value=channel, label=label)


_SHEETS = {
    "new-schedule": Sheet("schedule add", "form", "schedules", "A new schedule", "Add it"),
    "schedule": Sheet("schedule edit", "form", "schedules", "Edit schedule", "Save"),
    "drafts": Sheet("generate", "form", "queue", "Draft questions", "Draft them"),
    "draft": Sheet("questions edit", "edit", "queue", "Edit draft", "Save"),
    "rejection": Sheet("questions reject", "reject", "queue", "Reject number", "Reject it"),
    "import": Sheet("questions import", "", "bank", "Import a pack", "Import it"),
    "settings": Sheet("settings", "form", "me", "Your settings", "Save"),
}


@router.get("/forms/{name}")
async def show_form(guest: Visitor, name: str, about: str = "") -> HTMLResponse:
    """A form to fill in."""
    sheet = _find_sheet(name)
    return _show(guest, name, about, await sheet.open(guest, about))


@router.post("/forms/{name}")
async def send_form(request: Request, guest: Sender, name: str) -> Response:
    """Send it; what is refused comes back as it was filled in."""
    sheet, filled = _find_sheet(name), await request.form()
    values = {name: text for name, text in read_texts(filled).items() if name not in _OURS}
    about = str(filled.get("about", ""))
    event = FormSubmitted(
        guest.origin(), sheet.form, str(filled.get("key", "")), values, await read_file(filled)
    )
    try:
        cards = await guest.ask(event)
    except Refused as refused:
        if refused.card.reason == "forbidden":
            raise
        card = await sheet.open(guest, about)
        return _show(guest, name, about, card, values, refused)
    return guest.go(_find_place(sheet, cards), say_done(cards))


def _find_sheet(name: str) -> Sheet:
    if name not in _SHEETS:
        raise HTTPException(404)
    return _SHEETS[name]


def _show(
    guest: Guest,
    name: str,
    about: str,
    card: FormCard,
    values: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> HTMLResponse:
    held = {field.name: field.value for field in card.fields}
    return show_page(
        guest,
        "form",
        400 if refused else 200,
        name=name,
        about=about,
        card=card,
        sheet=_SHEETS[name],
        values={**held, **(values or {})},
        refused=refused,
    )


def _find_place(sheet: Sheet, cards: Sequence[Card]) -> str:
    for card in cards:
        if isinstance(card, ScheduleCard):
            return f"schedules/{card.schedule.number}"
    return sheet.back


def say_done(cards: Sequence[Card]) -> str:
    """Return the sentence on what was done."""
    match cards[0] if cards else None:
        case ScheduleCard(schedule, said):
            return f"Schedule {schedule.number} {said}."
        case BankCard(said):
            return said
        case NoticeCard(text):
            return text
        case QueueCard(entries):
            return " ".join(f"Number {entry.item.number} is changed." for entry in entries)
    return "Done."


@router.post("/schedules/{number}/{deed}")
async def change_schedule(
    guest: Sender, number: int, deed: Literal["pause", "resume", "skip", "run", "remove"]
) -> Response:
    """Do one thing to a schedule."""
    cards = await guest.call(f"schedule {deed}", {"id": str(number)})
    return guest.go("schedules" if deed == "remove" else f"schedules/{number}", say_done(cards))


@router.post("/deliveries/{key}/{verdict}")
async def resolve_delivery(
    guest: Sender, key: str, verdict: Literal["posted", "again"]
) -> Response:
    """End the doubt about a stuck post."""
    return guest.go("deliveries", say_done(await guest.press("resolve", key, verdict)))


@router.post("/queue/{number}/approve")
async def approve(request: Request, guest: Sender, number: int, page: int = 1) -> Response:
    """Approve what was shown, unless it was changed since; the same page comes again."""
    shown = str((await request.form()).get("shown", ""))
    back = f"queue?page={page}" if page > 1 else "queue"
    return guest.go(back, say_done(await guest.press("approve", str(number), shown)))


@router.post("/admins/{deed}")
async def change_admins(
    request: Request, guest: Sender, deed: Literal["add", "remove"]
) -> Response:
    """Let somebody configure the bot, or take that back."""
    member = str((await request.form()).get("shown", ""))
    cards = await guest.call(f"admins {deed}", {"member": member})
    return guest.go("admins", say_done(cards))


@router.post("/bank/questions/{name}/{deed}")
async def change_question(guest: Sender, name: str, deed: Literal["retire", "restore"]) -> Response:
    """Take a question out of the bank, or back."""
    cards = await guest.call(f"questions {deed}", {"id": name})
    return guest.go(f"bank/questions/{name}", say_done(cards))
