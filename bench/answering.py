"""Answers: what a grade costs, and what many at once do to everybody else.

    python -m bench.answering [--members 50] [--rounds 3] [--graders lexical,semantic]

For each grader: the time of single grades of members' and of model answers; then
members who answer in the same second, through the whole core on SQLite, while another member
calls commands one after another, beside the same commands with nobody answering. Writes
bench/results/answering.json.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path

from adapters.local.platform import NAME, LocalChat, LocalPlatform
from adapters.local.simulation import VirtualClock
from bench.bank import read_paraphrases
from bench.grading import GRADERS, OWN_DATA, read_answers
from bot.app import Application, build
from bot.config import GradingSettings
from bot.domain.cards import ErrorCard, GradeCard
from bot.domain.events import Event, FormSubmitted, Origin, TextCommand
from bot.domain.grading import GradingTask
from bot.domain.schedule import Rhythm, Schedule, ScheduleId
from bot.logs import configure_logs
from bot.ports import Grader
from bot.questions.lint import find_percentile, make_task
from bot.questions.loader import load_pack
from bot.questions.pack_files import shipped_packs

RESULTS = Path(__file__).parent / "results"
START = datetime(2026, 3, 23, 8, 59, tzinfo=UTC)
GRADE_GOALS = {"lexical": 0.005, "semantic": 0.060}
ALL_WITHIN = 3.0
COMMANDS = ("streak", "help", "today")
OTHERS_CALM = 120
"""Commands that are timed with nobody answering."""


def list_answers() -> list[tuple[GradingTask, str]]:
    """Honest answers as members write them: 98 of one to four sentences."""
    said = [(each.task, each.answer) for each in read_paraphrases()]
    own = [(each.task, each.answer) for each in read_answers(OWN_DATA)]
    return [*said, *own]


def list_model_answers() -> list[tuple[GradingTask, str]]:
    """Every tenth open question's model answer, which is longer than what members write."""
    tasks = [make_task(one) for one in load_pack(shipped_packs()["fastapi"]) if one.key_points]
    return [(task, task.reference) for task in tasks[::10]]


async def time_grades(
    grader: Grader, answers: Sequence[tuple[GradingTask, str]]
) -> tuple[list[float], list[float]]:
    """Seconds of each grade by the clock and of the processor, its task read before."""
    for task, answer in answers:
        await grader.grade(task, answer)
    gc.collect()
    gc.freeze()  # the bench holds a whole pack, which the bot does not
    waited, worked = [], []
    for task, answer in answers:
        started, busy = time.perf_counter(), time.process_time()
        await grader.grade(task, answer)
        waited.append(time.perf_counter() - started)
        worked.append(time.process_time() - busy)
    return waited, worked


@asynccontextmanager
async def open_core(grader: str) -> AsyncIterator[tuple[Application, str]]:
    """Yield the core with one posted question, and that post's key."""
    with tempfile.TemporaryDirectory() as folder:
        clock = VirtualClock(START)
        chats = {NAME: LocalChat(LocalPlatform(clock, lambda _: None))}
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        grading = GradingSettings.model_validate({"grader": grader})
        app = build(url, chats, clock=clock, dice=random.Random(1), grading=grading)
        await app.start()
        await app.graders.load()
        yield app, await post_question(app, clock)
        await app.close()


async def post_question(app: Application, clock: VirtualClock) -> str:
    """Let one schedule fall due, and return the key of its post."""
    async with app.storage.writing() as work:
        workspace = await work.workspaces.ensure(NAME, "acme", "acme")
        due = START + timedelta(minutes=1)
        rhythm = Rhythm(wall_time(9), "UTC")
        await work.schedules.add(
            Schedule(ScheduleId(0), workspace.id, 0, "#general", rhythm, next_due_at=due)
        )
    clock.move_to(due)
    await app.run_due()
    async with app.storage.reading() as work:
        [posted] = await work.posts.newest(workspace.id, 1)
    return posted.key


def origin(member: str) -> Origin:
    """Name a member of the bench's workspace."""
    return Origin(NAME, "acme", "#general", member, "acme", member)


async def handle(app: Application, event: Event) -> float:
    """Seconds until an event was answered; it must not have failed."""
    started = time.perf_counter()
    reply = await app.handle(event)
    assert reply is not None
    assert not any(isinstance(card, ErrorCard) for card in reply.cards), reply.cards
    if isinstance(event, FormSubmitted):
        assert isinstance(reply.cards[0], GradeCard)
    return time.perf_counter() - started


async def call_commands(app: Application, until: asyncio.Event, least: int) -> list[float]:
    """Call small commands one after another, at least so many, until the others are done."""
    times: list[float] = []
    while len(times) < least or not until.is_set():
        for command in COMMANDS:
            times.append(await handle(app, TextCommand(origin("zoe"), command)))
            await asyncio.sleep(0.005)
    return times


async def answer_together(
    app: Application, key: str, members: int, texts: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Let members answer within a second; return their seconds and those of commands meanwhile."""
    done = asyncio.Event()
    dice = random.Random(members)
    commands = asyncio.create_task(call_commands(app, done, 1))

    async def answer(number: int) -> float:
        await asyncio.sleep(dice.random())
        text = texts[number % len(texts)]
        event = FormSubmitted(origin(f"m{number}"), "answer", key, {"text": text})
        return await handle(app, event)

    answered = await asyncio.gather(*map(answer, range(members)))
    done.set()
    return answered, await commands


async def measure(grader: str, members: int, rounds: int) -> dict[str, float]:
    """Measure one grader; seconds."""
    chosen = GRADERS[grader]()
    waited, worked = await time_grades(chosen, list_answers())
    long_waited, long_worked = await time_grades(chosen, list_model_answers())
    texts = [each.answer for each in read_paraphrases()]
    calm: list[float] = []
    busy: list[float] = []
    last: list[float] = []
    for _ in range(rounds):
        async with open_core(grader) as (app, key):
            at_rest = asyncio.Event()
            at_rest.set()
            await call_commands(app, at_rest, 6)
            calm += await call_commands(app, at_rest, OTHERS_CALM)
            answered, others = await answer_together(app, key, members, texts)
            last.append(max(answered))
            busy += others
    return {
        "a grade, p50": find_percentile(waited, 0.5),
        "a grade, p95": find_percentile(waited, 0.95),
        "a grade, p95 of the processor": find_percentile(worked, 0.95),
        "a model answer's grade, p95": find_percentile(long_waited, 0.95),
        "the same of the processor": find_percentile(long_worked, 0.95),
        "the last of all answered": statistics.median(last),
        "commands with nobody answering, p50": find_percentile(calm, 0.5),
        "commands with nobody answering, p99": find_percentile(calm, 0.99),
        "commands meanwhile, p50": find_percentile(busy, 0.5),
        "commands meanwhile, p99": find_percentile(busy, 0.99),
    }


def main() -> None:
    """Measure, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--graders", default="lexical,semantic")
    arguments = parser.parse_args()
    configure_logs("critical")
    results = {}
    for grader in arguments.graders.split(","):
        figures = asyncio.run(measure(grader, arguments.members, arguments.rounds))
        results[grader] = figures
        print(f"{grader}: {arguments.members} members within a second, {arguments.rounds} rounds")
        goals = {"a grade, p95": GRADE_GOALS[grader], "the last of all answered": ALL_WITHIN}
        for name, seconds in figures.items():
            met = "met" if seconds <= goals.get(name, seconds) else "MISSED"
            goal = f"  goal {goals[name] * 1e3:g} ms: {met}" if name in goals else ""
            print(f"  {name:<38} {seconds * 1e3:9.2f} ms{goal}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "answering.json").write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
