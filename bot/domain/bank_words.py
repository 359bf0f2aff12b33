"""What the bot says about a workspace's own questions and its queue, on every platform."""

from __future__ import annotations

from bot.domain.bank import QuestionState
from bot.domain.cards import BankCard, BankRow, QueueCard, QueueEntry
from bot.domain.draft import ItemKind
from bot.domain.formatting import percent, plural
from bot.domain.question import Question


def describe_row(row: BankRow) -> str:
    """Say how a question of the bank did here."""
    did = row.entry.statistics
    facts = [f"shown {did.shown}", f"answered {did.answered}"]
    if did.right is not None and did.mean_score is not None:
        facts += [f"right {percent(did.right)}", f"mean score {percent(did.mean_score)}"]
    if did.reports:
        facts.append(plural(did.reports, "report"))
    return ", ".join(facts)


def introduce_row(row: BankRow) -> str:
    """Say what a question of the bank is."""
    summary = row.entry.summary
    retired = " · retired" if row.entry.state is QuestionState.RETIRED else ""
    return f"{summary.level} · {', '.join(summary.topics)} · {summary.pack}{retired}"


def count_pages(card: BankCard) -> str:
    """Say where in the bank a card stands; nothing where it shows all there is."""
    if card.pages == 1:
        return ""
    more = f" The next: page:{card.page + 1}" if card.page < card.pages else ""
    return f"Page {card.page} of {card.pages}, {plural(card.total, 'question')}.{more}"


def list_choices(question: Question) -> str:
    """Write the choices of a question one a line, the right one marked, each with its reason."""
    return "\n".join(
        f"{'*' if choice.right else '-'} {choice.text} ({choice.why})"
        for choice in question.choices
    )


def list_key_points(question: Question) -> str:
    """Write what a good answer says, one point a line."""
    return "\n".join(f"- {point.text}" for point in question.key_points)


QUEUE_EMPTY = "Nothing waits for you."


_KINDS = {
    ItemKind.SUGGESTION: "suggested",
    ItemKind.GENERATED: "generated",
    ItemKind.REPORT: "reported as wrong",
}


def count_queue(card: QueueCard) -> str:
    """Say how much waits, and how to see the rest."""
    if not card.entries:
        return QUEUE_EMPTY
    waiting = f"{plural(card.waiting, 'item')} waiting"
    if not card.page or card.pages == 1:
        return f"{waiting} for you."
    next_page = card.page % card.pages + 1
    way = "The next" if card.page < card.pages else "The first"
    more = f"{way}: /fastapi-quiz questions list page:{next_page}"
    return f"{waiting}, page {card.page} of {card.pages}. {more}"


def name_entry(entry: QueueEntry) -> str:
    """Say which item it is, what and whose."""
    item = entry.item
    by = entry.author or ("" if item.source == "member" else item.source)
    return f"{item.number}. {item.question.title} ({_KINDS[item.kind]}{f' by {by}' if by else ''})"


def list_entry_facts(entry: QueueEntry) -> list[tuple[str, str]]:
    """Return what there is to read of an item: heading and text, each to be shown as plain text."""
    item, question = entry.item, entry.item.question
    if item.kind is ItemKind.REPORT:
        return [("Question", question.id), ("What is said to be wrong", item.words)]
    facts = [
        ("For", f"{question.level}, {', '.join(question.topics)}"),
        ("Question", question.prompt),
        ("Choices", list_choices(question)),
        ("Answer", question.answer),
        ("Key points", list_key_points(question)),
        ("Could be better", "\n".join(entry.remarks)),
    ]
    return [(head, text) for head, text in facts if text]
