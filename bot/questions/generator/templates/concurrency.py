"""What runs at which moment on the event loop."""

from __future__ import annotations

from random import Random

from bot.domain.people import Level
from bot.questions.generator.template import (
    Misconception,
    Template,
    Variant,
    call_client,
    define_function,
    import_lines,
    join_code,
    show_json,
)
from bot.questions.generator.words import DEPENDENCIES, pick_resource

ASYNCIO = ("import asyncio",)


def run_rounds(pauses: dict[str, int]) -> list[str]:
    """Give the events of steps that start together and give way so many times each."""
    events = [f"start {name}" for name in pauses]
    for turn in range(max(pauses.values()) + 1):
        events += [f"end {name}" for name, count in pauses.items() if count == turn]
    return events


def define_load(how: str) -> str:
    """Write a coroutine that gives way to the loop `pauses` times."""
    return define_function(
        "load",
        ["name", "pauses"],
        'log.append(f"start {name}")',
        "for _ in range(pauses):",
        f"    {how}",
        'log.append(f"end {name}")',
        "return name",
        word="async def",
    )


def merge_starts(events: list[str], pauses: dict[str, int]) -> list[str]:
    """Let steps that never give way end at once where they started."""
    merged: list[str] = []
    for event in events:
        verb, name = event.split(" ", 1)
        if pauses[name] or verb == "start":
            merged.append(event)
        if not pauses[name] and verb == "start":
            merged.append(f"end {name}")
    return merged


def build_gather(random: Random) -> Variant:
    """Three coroutines that give way a different number of times, gathered or awaited."""
    resource = pick_resource(random)
    names = random.sample(DEPENDENCIES, 3)
    counts = random.sample(range(4), 3)
    pauses = dict(zip(names, counts, strict=True))
    gathered, blocks = random.random() < 0.7, random.random() < 0.3
    pause = "time.sleep(0)" if blocks else "await asyncio.sleep(0)"
    calls = [f'load("{name}", {count})' for name, count in pauses.items()]
    sequence = [event for name in names for event in (f"start {name}", f"end {name}")]
    rounds = merge_starts(run_rounds(pauses), pauses)
    overlapping = gathered and not blocks
    work = (
        ["await asyncio.gather(", *[f"    {call}," for call in calls], ")"]
        if gathered
        else [f"await {call}" for call in calls]
    )
    by_pauses = sorted(names, key=pauses.__getitem__)
    starts = [f"start {name}" for name in names]
    return Variant(
        imports=import_lines("FastAPI", *ASYNCIO, "import time", ""),
        code=join_code(
            "app = FastAPI()",
            "log = []",
            "",
            define_load(pause),
            "",
            f'@app.get("{resource.path}")',
            define_function(f"list_{resource.plural}", [], *work, word="async def"),
        ),
        call=call_client(f'get("{resource.path}")', 'print(" > ".join(log))'),
        ask=f"What does `log` hold, in order, after `GET {resource.path}`?",
        expected=" > ".join(rounds if overlapping else sequence),
        explanation=(
            "`asyncio.gather` starts all coroutines; each `await asyncio.sleep(0)` hands the loop "
            "to the next one, so the one that gives way least often ends first."
            if overlapping
            else "Nothing here gives the loop back: `time.sleep` blocks it, and so the gathered "
            "coroutines run one after the other."
            if gathered
            else "`await` on a coroutine waits for its end before the next line runs, so they run "
            "one after the other."
        ),
        misconceptions=(
            Misconception(
                "coroutines run one after the other",
                " > ".join(sequence),
                "gathered ones take turns at every `await` that gives way.",
            ),
            Misconception(
                "they take turns by themselves",
                " > ".join(rounds),
                "they take turns only if several are started and each gives way by `await`.",
            ),
            Misconception(
                "all of them start, then all end in that order",
                " > ".join([*starts, *[f"end {name}" for name in names]]),
                "the ends come as each one gets done.",
            ),
            Misconception(
                "they end in the reverse order",
                " > ".join([*starts, *[f"end {name}" for name in names[::-1]]]),
                "they are no stack; each one ends when it is done.",
            ),
            Misconception(
                "the shortest runs first",
                " > ".join(
                    event for name in by_pauses for event in (f"start {name}", f"end {name}")
                ),
                "the loop doesn't know how long something takes; it starts them in order.",
            ),
            Misconception(
                "all start, and the shortest ends first, however they pause",
                " > ".join([*starts, *[f"end {name}" for name in by_pauses]]),
                "one that never gives way ends before the next one starts.",
            ),
        ),
    )


def build_task(random: Random) -> Variant:
    """A task is created, some lines run, then it is awaited or not."""
    resource = pick_resource(random)
    name, other = random.sample(DEPENDENCIES, 2)
    how = random.choice(["task", "task", "coroutine"])
    gives_way = how == "task" and random.random() < 0.5
    number, plus = random.randint(2, 60), random.randint(2, 60)
    created = f"load_{name}({number})"
    waiting = f"asyncio.create_task({created})" if how == "task" else created
    started = f"load {name} {number}"
    lines = [
        f"{name} = {waiting}",
        f'log.append("{other}")',
        *(["await asyncio.sleep(0)"] if gives_way else []),
        'log.append("waiting")',
        f"result = await {name}",
        'log.append("done")',
        'return {"log": log, "result": result}',
    ]
    early = [other, started, "waiting", "done"]
    late = [other, "waiting", started, "done"]
    right = early if gives_way else late

    def respond(log: list[str], result: object) -> str:
        return show_json({"log": log, "result": result})

    return Variant(
        imports=import_lines("FastAPI", *ASYNCIO, ""),
        code=join_code(
            "app = FastAPI()",
            "log = []",
            "",
            define_function(
                f"load_{name}",
                ["number"],
                f'log.append(f"load {name} {{number}}")',
                f"return number + {plus}",
                word="async def",
            ),
            "",
            f'@app.get("{resource.path}")',
            define_function(f"list_{resource.plural}", [], *lines, word="async def"),
        ),
        call=join_code(
            "client = TestClient(app)",
            f'response = client.get("{resource.path}")',
            "print(json.dumps(response.json()))",
        ),
        ask=f"What is the body of `GET {resource.path}`?",
        expected=respond(right, number + plus),
        explanation=(
            "`create_task` only plans the coroutine; it starts when the running one gives way, "
            + ("here at `await asyncio.sleep(0)`." if gives_way else "here at `await` on it.")
            if how == "task"
            else "Calling an `async def` function runs nothing of it; its body starts at `await`."
        ),
        misconceptions=(
            Misconception(
                "the call starts it at once",
                respond([started, other, "waiting", "done"], number + plus),
                "nothing of it runs before the running coroutine gives way.",
            ),
            Misconception(
                "it runs only when it is awaited",
                respond(late, number + plus),
                "a task runs as soon as the loop is free, awaited or not.",
            ),
            Misconception(
                "it runs beside the function, as a thread would",
                respond(early, number + plus),
                "there is one thread: it runs only when the function gives way.",
            ),
            Misconception(
                "it runs after the response",
                respond([other, "waiting", "done", started], None),
                "`await` waits for its end.",
            ),
            Misconception(
                "it runs twice, when made and when awaited",
                respond([started, other, "waiting", started, "done"], number + plus),
                "a coroutine runs once.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "gather-order",
        "Who ends first?",
        ("async",),
        Level.FIVE_YEAR,
        build_gather,
    ),
    Template(
        "task-start",
        "When does the task start?",
        ("async",),
        Level.TWO_YEAR,
        build_task,
    ),
)
