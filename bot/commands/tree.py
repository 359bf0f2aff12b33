"""The command tree itself."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.declaring import NAME, Command, Option, Rights, Type
from bot.domain.bank import Order
from bot.domain.delivery import DeliveryState
from bot.domain.schedule import WEEKDAYS

LEVEL = Option("level", Type.LEVEL, "fresher, 2-year or 5-year", clearable=True)
TOPIC = Option("topic", Type.TOPIC, "see `topics`", clearable=True)
PACK = Option("pack", Type.PACK, "a question pack", clearable=True)
SCHEDULE_ID = Option("id", Type.SCHEDULE, "its number", positional=True, required=True)
QUESTION_ID = Option("id", Type.QUESTION, "its id", positional=True, required=True)
MEMBER_OR_ROLE = Option("member", Type.MEMBER_OR_ROLE, "who", positional=True, required=True)
SCHEDULE_OPTIONS = (
    Option("channel", Type.CHANNEL, "where to post; here if not given"),
    Option("days", Type.DAYS, "mon-fri, sun-thu, sat,sun …; mon-fri if not given"),
    Option("tz", Type.ZONE, "time zone such as Europe/Berlin; yours if not given", also="timezone"),
    LEVEL,
    TOPIC,
    PACK,
    Option("reveal", Type.CHOICE, "who sees the answer", choices=("private", "thread")),
    Option("reveal-after", Type.DURATION, "when all see the answer, such as 8h", clearable=True),
    Option("discussion", Type.YES_NO, "open a thread under each question"),
    Option("digest", Type.CHOICE, "weekday on which to tell the week", choices=(*WEEKDAYS, "off")),
)
DRAFT_ID = Option("id", Type.NUMBER, "its number", positional=True, required=True)
DRAFT_OPTIONS = (
    Option("question", Type.TEXT, "what is asked; code goes between ``` lines"),
    Option("answer", Type.TEXT, "the model answer"),
    Option("level", Type.LEVEL, "fresher, 2-year or 5-year"),
    Option("topic", Type.TOPIC, "see `topics`, or a new one"),
    Option("choices", Type.TEXT, "one a line, * before the right one, or none"),
    Option("title", Type.TEXT, "its first line if not given"),
)


def _schedule(verb: str, help_: str) -> Command:
    return Command(f"schedule {verb}", help_, (SCHEDULE_ID,), Rights.ADMIN)


COMMANDS: tuple[Command, ...] = (
    Command(
        "help",
        "what you can do here",
        (
            Option(
                "command",
                Type.TEXT,
                "one command in full, or a group such as schedule",
                positional=True,
                rest=True,
            ),
        ),
        example=f"{NAME} help schedule add",
    ),
    Command("today", "this channel's current question again"),
    Command("ask", "a question just for you", (LEVEL, TOPIC)),
    Command(
        "answer",
        "grade your answer to the current question",
        (Option("text", Type.TEXT, "your answer", positional=True, rest=True),),
        example=f"{NAME} answer Depends() resolves a tree of dependencies",
    ),
    Command("reveal", "show you the answer"),
    Command(
        "history",
        "your answers so far, or one of them in full",
        (
            Option("number", Type.NUMBER, "which one to show in full", positional=True),
            Option("page", Type.NUMBER, "2 for the ten before the newest ten"),
        ),
        example=f"{NAME} history 3",
    ),
    Command(
        "streak",
        "your streak, freezes and calendar",
        (
            Option("member", Type.MEMBER, "somebody else's", positional=True),
            Option("why", Type.YES_NO, "explain every question day"),
        ),
    ),
    Command(
        "leaderboard",
        "the standings",
        (
            Option(
                "period",
                Type.CHOICE,
                "week if not given",
                positional=True,
                choices=("week", "month", "all"),
            ),
            Option("share", Type.YES_NO, "post it to the channel"),
        ),
    ),
    Command(
        "practice",
        "due reviews, one after another",
        (Option("drill", Type.YES_NO, "a fresh generated question instead"),),
    ),
    Command(
        "mock",
        "a mock interview",
        (
            Option(
                "do",
                Type.CHOICE,
                "start if not given",
                positional=True,
                choices=("start", "skip", "stop", "history"),
            ),
            Option("questions", Type.NUMBER, "how many; 5 if not given, at most 20"),
            Option("level", Type.LEVEL, "only this level; else it climbs", clearable=True),
            TOPIC,
        ),
        example=f"{NAME} mock questions:3 topic:dependencies",
    ),
    Command("topics", "topics and levels with counts"),
    Command("suggest", "a question for your team; an admin decides", DRAFT_OPTIONS),
    Command(
        "report",
        "tell the admins that a question is wrong",
        (Option("reason", Type.TEXT, "what is wrong with it"),),
    ),
    Command(
        "settings",
        "your own settings",
        (
            LEVEL,
            Option("timezone", Type.ZONE, "your time zone", clearable=True, also="tz"),
            Option("reminders", Type.REMINDERS, "of due reviews: yes, no or a time like 18:00"),
            Option("leaderboard", Type.YES_NO, "be listed in the standings"),
            Option(
                "away-until",
                Type.DATE,
                "your last day away, such as 24 Dec, or none",
                clearable=True,
                also="away",
            ),
        ),
    ),
    Command(
        "forget-me",
        "erase your data here",
        (Option("confirm", Type.YES_NO, "yes erases"),),
    ),
    Command(
        "schedule add",
        "a daily question",
        (
            Option("time", Type.TIME, "such as 09:00", positional=True, required=True),
            *SCHEDULE_OPTIONS,
        ),
        Rights.ADMIN,
        example=f"{NAME} schedule add 09:00 tz:Europe/Berlin days:mon-fri",
    ),
    Command("schedule list", "all schedules of this workspace", (), Rights.ADMIN),
    _schedule("show", "one schedule"),
    Command(
        "schedule edit",
        "change a schedule",
        (
            SCHEDULE_ID,
            Option("time", Type.TIME, "such as 09:00", positional=True),
            *SCHEDULE_OPTIONS,
        ),
        Rights.ADMIN,
        example=f"{NAME} schedule edit 1 time:10:00 days:sun-thu",
    ),
    _schedule("pause", "stop posting until `resume`"),
    _schedule("resume", "post again"),
    _schedule("skip", "leave out the next post"),
    _schedule("run", "post another question now"),
    _schedule("preview", "the next ten posts in local time"),
    _schedule("remove", "delete a schedule"),
    Command(
        "generate",
        "draft questions into the queue",
        (
            Option("topic", Type.TOPIC, "see `topics`", positional=True, required=True),
            LEVEL,
            Option("count", Type.NUMBER, "3 if not given, 10 at most"),
        ),
        Rights.ADMIN,
        example=f"{NAME} generate validation count:3",
    ),
    Command(
        "questions list",
        "the drafts that wait for you",
        (Option("page", Type.NUMBER, "2 for the five behind the oldest five"),),
        Rights.ADMIN,
    ),
    Command("questions approve", "take a draft into the bank", (DRAFT_ID,), Rights.ADMIN),
    Command(
        "questions reject",
        "refuse a draft",
        (DRAFT_ID, Option("reason", Type.TEXT, "told to its author")),
        Rights.ADMIN,
        example=f'{NAME} questions reject 3 reason:"We have that one"',
    ),
    Command(
        "questions edit",
        "change a draft; without options a form",
        (DRAFT_ID, *DRAFT_OPTIONS),
        Rights.ADMIN,
        example=f"{NAME} questions edit 3 level:5-year",
    ),
    Command(
        "questions bank",
        "the questions here and how they do, the worst first",
        (
            PACK,
            LEVEL,
            TOPIC,
            Option("state", Type.CHOICE, "all if not given", choices=("active", "retired", "all")),
            Option("words", Type.TEXT, "that stand in its title, topics or id"),
            Option("sort", Type.CHOICE, "worst if not given", choices=tuple(Order)),
            Option("page", Type.NUMBER, "1 if not given"),
        ),
        Rights.ADMIN,
        example=f"{NAME} questions bank sort:right",
    ),
    Command("questions show", "one question with its answer", (QUESTION_ID,), Rights.ADMIN),
    Command(
        "questions retire", "ask a question no more in this workspace", (QUESTION_ID,), Rights.ADMIN
    ),
    Command("questions restore", "ask a retired question again", (QUESTION_ID,), Rights.ADMIN),
    Command(
        "questions import",
        "a pack of your own from a file",
        (
            Option("file", Type.FILE, "JSON, CSV or Markdown", positional=True),
            Option("pack", Type.TEXT, "its name; that of the file if not given"),
            Option("text", Type.MULTILINE, "or what would stand in the file"),
        ),
        Rights.ADMIN,
        example=f"{NAME} questions import",
    ),
    Command(
        "questions export",
        "a pack as a file",
        (
            Option("pack", Type.PACK, "which; your own if there is just one", positional=True),
            Option("format", Type.CHOICE, "json if not given", choices=("json", "csv")),
        ),
        Rights.ADMIN,
        example=f"{NAME} questions export pack:fastapi format:csv",
    ),
    Command(
        "status",
        "next and last posts, missed ones with the reason",
        (
            Option("state", Type.CHOICE, "posts in this state alone", choices=tuple(DeliveryState)),
            Option("page", Type.NUMBER, "2 for the 20 before the newest 20"),
        ),
        Rights.ADMIN,
        example=f"{NAME} status state:stuck",
    ),
    Command("console", "a one-time link to the web console", (), Rights.ADMIN),
    Command(
        "emoji",
        "which reaction shows the answer",
        (Option("name", Type.TEXT, "such as :eyes:", positional=True),),
        Rights.ADMIN,
    ),
    Command("admins list", "who may configure beside the platform's admins", (), Rights.ADMIN),
    Command(
        "admins add",
        "let a member or a role configure",
        (MEMBER_OR_ROLE,),
        Rights.ADMIN,
    ),
    Command(
        "admins remove",
        "take that back",
        (MEMBER_OR_ROLE,),
        Rights.ADMIN,
    ),
)


BY_PATH: Mapping[str, Command] = {command.path: command for command in COMMANDS}
