"""The installed program, as a process."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import known_keys
from tests.fakes.command import run_command

PROGRAM = [sys.executable, "-m", "bot"]
"""A process of its own from the start, where that is what is tried."""
run = run_command


def fails(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The program refused with a sentence on stderr and no traceback."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("fastapi-quiz: ")
    return done.stderr


def test_simulate_prints_a_transcript_or_json(tmp_path: Path) -> None:
    script = "at 2026-03-27 08:55 Europe/Berlin  # a Friday\n@ana: /fastapi-quiz help\n"
    plain = run("simulate", "-", folder=tmp_path, stdin=script)
    assert "[2026-03-27 08:55 #general, only @ana] bot: " in plain.stdout
    as_json = run("simulate", "--json", "-", folder=tmp_path, stdin=script)
    [line] = as_json.stdout.splitlines()
    said = json.loads(line)
    assert said["at"] == "2026-03-27T07:55:00Z"
    assert (said["channel"], said["only"], said["kind"]) == ("#general", "ana", "help")


def test_a_transcript_repeats_what_members_typed_and_moves_no_cursor(tmp_path: Path) -> None:
    line = "@e\x1b[31mva: /fastapi-quiz streak @ben"
    done = run("simulate", "-", folder=tmp_path, stdin=f"{line}\n")
    assert "#general] @e[31mva: /fastapi-quiz streak @ben\n" in done.stdout
    assert "#general, only @e[31mva] bot: " in done.stdout
    assert "\x1b" not in done.stdout


def test_simulate_keeps_a_named_database(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/kept.db"
    script = "at 2026-03-27 08:55 UTC\n@ana admin\n@ana: /fastapi-quiz schedule add 09:00\n"
    run("simulate", "--database", url, "-", folder=tmp_path, stdin=script)
    again = (
        "at 2026-03-27 09:05 UTC\n@ana admin\n@ana: /fastapi-quiz schedule list\n"
        "@ben: /fastapi-quiz mock\n"
    )
    done = run("simulate", "--database", url, "--json", "-", folder=tmp_path, stdin=again)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["kind"] for one in said] == ["question", "schedule", "mock"]
    later = (
        "at 2026-03-27 10:00 UTC\n@cara reacts 💡\n@dan presses Reveal\n"
        "@ben answers: I don't know\nadvance 4d\n@cara reacts :bulb:\n@cara reacts :bulb: to 2\n"
    )
    done = run("simulate", "--database", url, "--json", "-", folder=tmp_path, stdin=later)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    told = [one for one in told if one["kind"] != "mock_report"]
    assert [one["kind"] for one in told] == [
        "reveal", "reveal", "mock", "question", "question", "reveal", "reveal"
    ]  # fmt: skip
    first, second, third = said[0], told[3], told[4]
    shown = [one["data"]["question_id"] for one in told if one["kind"] == "reveal"]
    assert shown == [one["data"]["question_id"] for one in (first, first, third, second)]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("advanse 10m", "advance 10m"),
        ("advance", "advance 10m"),
        ("@ana answers hello", "@ana answers: TEXT"),
        ("at 9999-12-31 23:59", "2999"),
        ("advance soon", "30m"),
        ("at 2026-13-01 09:00", "2026-03-27 08:55"),
        ("at 2026-03-27 09:00 Europe/Berln", "Europe/Berlin"),
        ("@ben reatcs :bulb:", "reacts"),
        ("platform explodes", "instruction"),
        ("\ufffd\x00", "instruction"),
    ],
)
def test_a_line_that_can_t_be_understood_ends_the_run_before_it_starts(
    tmp_path: Path, line: str, hint: str
) -> None:
    script = f"at 2026-03-27 08:55 UTC\n@ana: /fastapi-quiz help\n{line}\n"
    done = run("simulate", "-", folder=tmp_path, stdin=script)
    error = fails(done, 2)
    assert "Line 3" in error
    assert hint in error


def test_a_script_s_clock_goes_forward_alone_and_passes_over_nothing(tmp_path: Path) -> None:
    without_at = (
        "@ana admin\n@ana: /fastapi-quiz schedule add 10:00\nat 2026-01-07 12:00 Europe/Berlin\n"
    )
    done = run("simulate", "--json", "-", folder=tmp_path, stdin=without_at)
    posts = [json.loads(line) for line in done.stdout.splitlines()][1:]
    assert [(one["data"]["slot"], one["data"]["late"]) for one in posts] == [
        ("2026-01-05", False), ("2026-01-06", False), ("2026-01-07", False)
    ]  # fmt: skip
    back = f"{without_at}\nat 2026-01-07 11:59 Europe/Berlin\n"
    done = run("simulate", "-", folder=tmp_path, stdin=back)
    assert done.stdout.count("Question of the day") == len(posts)
    error = fails(done, 2)
    assert "Line 5" in error
    assert "2026-01-07 12:00 Europe/Berlin" in error


def test_simulate_names_a_missing_script(tmp_path: Path) -> None:
    assert "nowhere.txt" in fails(run("simulate", "nowhere.txt", folder=tmp_path), 2)


@pytest.mark.parametrize(
    ("toml", "sign"),
    [
        ("[databse]\nurl = 'x'", "database"),
        ("[database]\nurll = 'x'", "database.url"),
        ("[scheduler]\ngrace = 'soon'", "scheduler.grace"),
        ("[scheduler]\nlease = '-5s'", "scheduler.lease"),
        ("[scheduler]\nlease = '0s'", "greater than or equal to 1s"),
        ("[scheduler]\ngrace = '0s'", "greater than or equal to 1s"),
        ("[web]\nport = 99999", "web.port"),
        ("[web]\npublic_url = 'quiz.test'", "web.public_url does not fit: it is 'quiz.test'. Wr"),
        ("[scheduler]\nenabled = 7", "scheduler.enabled"),
        ("database = 7", "[database]"),
        ("[database\n", "not TOML"),
        ("[database]\nurl = 'mysql://x'", "mysql"),
        ("[database]\nurl = 'nonsense'", "database.url"),
    ],
)
def test_settings_that_do_not_fit_are_named(tmp_path: Path, toml: str, sign: str) -> None:
    (tmp_path / "config.toml").write_text(toml)
    assert sign in fails(run("run", folder=tmp_path), 2)


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("[discord]\ntoken = 77770000", "discord.token"),
        ("[slack]\nbot_token = ['77770000']", "slack.bot_token"),
        ("[security]\nencryption_keys = [['77770000']]", "security.encryption_keys.0"),
        ("[security]\nencryption_keys = {new = '77770000'}", "security.encryption_keys"),
        ("[database]\nurl = ['postgres://quiz:77770000@db/quiz']", "database.url"),
    ],
)
def test_a_secret_that_does_not_fit_is_not_repeated(tmp_path: Path, toml: str, key: str) -> None:
    (tmp_path / "config.toml").write_text(toml)
    complaint = fails(run("run", folder=tmp_path), 2)
    assert f"{key} does not fit. " in complaint
    assert "77770000" not in complaint


def test_settings_from_elsewhere_are_checked_too(tmp_path: Path) -> None:
    missing = run("--config", "none.toml", "run", folder=tmp_path)
    assert "none.toml" in fails(missing, 2)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    assert "binary.toml" in fails(run("run", "--config", "binary.toml", folder=tmp_path), 2)
    misspelt = run("run", folder=tmp_path, FASTAPI_QUIZ_DATABSE__URL="x")
    assert "FASTAPI_QUIZ_DATABASE__URL" in fails(misspelt, 2)


def test_a_version_and_usage_errors(tmp_path: Path) -> None:
    whole = subprocess.run([*PROGRAM, "--version"], capture_output=True, text=True, check=True)
    assert whole.stdout.startswith("fastapi-quiz ")
    assert run("simulate", "-", "--version", folder=tmp_path).returncode == 0
    for typed, sign in [
        (("simulat",), "simulate"),
        (("simulate",), "simulate --help"),
        (("simulate", "-", "--jsn"), "--json"),
        (("questions", "list", "--level", "x"), "fresher"),
        (("check", "--config"), "config.toml"),
    ]:
        error = fails(run(*typed, folder=tmp_path), 2)
        assert sign in error
        assert error.count("\n") == 1
        assert error.isascii()


def test_looking_makes_no_database(tmp_path: Path) -> None:
    for typed in [("deliveries",), ("schedules", "list"), ("workspace", "list")]:
        assert "fastapi-quiz migrate" in fails(run(*typed, folder=tmp_path), 1)
    assert run("check", folder=tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_an_older_or_newer_schema_is_refused_with_the_next_step(tmp_path: Path) -> None:
    environment = {"FASTAPI_QUIZ_LOCAL__ENABLED": "true"}
    migrated = run("migrate", folder=tmp_path, **environment)
    assert migrated.returncode == 0, migrated.stderr
    for revision, sign in [("0000", "newer"), ("9999", "newer")]:
        with sqlite3.connect(tmp_path / "fastapi-quiz.db") as database:
            database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.close()
        assert sign in fails(run("run", folder=tmp_path, **environment), 1)
        assert sign in fails(run("migrate", folder=tmp_path, **environment), 1)
    with sqlite3.connect(tmp_path / "fastapi-quiz.db") as database:
        database.execute("DELETE FROM alembic_version")
    database.close()
    assert "empty" in fails(run("run", folder=tmp_path, **environment), 1)


@pytest.mark.parametrize(
    ("url", "sign"),
    [
        ("sqlite+aiosqlite:////nowhere/at/all.db", "folder"),
        ("sqlite+aiosqlite:///junk.db", "not an SQLite database"),
        ("postgresql+asyncpg://nobody@127.0.0.1:1/none", "reached"),
    ],
)
def test_a_database_that_can_t_be_used_is_a_sentence(tmp_path: Path, url: str, sign: str) -> None:
    (tmp_path / "junk.db").write_bytes(b"this is not a database at all, not even nearly" * 40)
    environment = {"FASTAPI_QUIZ_LOCAL__ENABLED": "true", "FASTAPI_QUIZ_DATABASE__URL": url}
    assert sign in fails(run("run", folder=tmp_path, **environment), 1)


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite+aiosqlite:///:memory:"])
def test_a_database_in_memory_is_none_to_run_on_or_to_back_up(tmp_path: Path, url: str) -> None:
    environment = {"FASTAPI_QUIZ_LOCAL__ENABLED": "true", "FASTAPI_QUIZ_DATABASE__URL": url}
    for typed in (("run",), ("backup", "copy.db"), ("restore", "copy.db")):
        assert "database.url names no file" in fails(run(*typed, folder=tmp_path, **environment), 2)


def test_a_full_disk_leaves_the_database_whole(tmp_path: Path) -> None:
    """SQLite's own page limit stands for the disk: the error and the rollback are the same."""
    url = f"sqlite+aiosqlite:///{tmp_path}/full.db"
    script = "at 2026-03-27 08:55 UTC\n@ana: /fastapi-quiz help\n"
    run("simulate", "--database", url, "-", folder=tmp_path, stdin=script)
    limit = tmp_path / "limit.sh"
    limit.write_text('ulimit -f 1; trap "" XFSZ; exec "$@"\n')
    done = subprocess.run(
        ["sh", str(limit), *PROGRAM, "simulate", "--database", url, "-"],
        input="at 2026-03-27 08:55 UTC\n@" + "b" * 3000 + ": /fastapi-quiz help\n",
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    with sqlite3.connect(tmp_path / "full.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_output_that_can_t_be_written_is_no_fault_of_the_program(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "questions", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
    assert "can't be written or read: No space left on device" in fails(done, 1)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The service with a question due in a few seconds, already running."""
    now = datetime.now(UTC)
    due = now + timedelta(minutes=1)
    script = (
        f"at {due - timedelta(minutes=10):%Y-%m-%d %H:%M} UTC\n@ana admin\n"
        f"@ana: /fastapi-quiz schedule add {now:%H:%M} tz:UTC days:mon-sun\n"
    )
    url = f"sqlite+aiosqlite:///{tmp_path}/fastapi-quiz.db"
    made = run("simulate", "--database", url, "-", folder=tmp_path, stdin=script)
    assert made.returncode == 0, made.stderr
    process = subprocess.Popen(
        [*PROGRAM, "run"],
        cwd=tmp_path,
        env=os.environ | {"FASTAPI_QUIZ_LOCAL__ENABLED": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_run_delivers_and_sigterm_drains_it(service: subprocess.Popen[str]) -> None:
    assert service.stdout is not None
    first = service.stdout.readline()
    assert "#general] bot: Question of the day" in first
    time.sleep(0.2)
    service.send_signal(signal.SIGTERM)
    _, errors = service.communicate(timeout=20)
    assert service.returncode == 0, errors
    assert "stopped" in errors


def test_run_without_a_platform_says_what_to_do(tmp_path: Path) -> None:
    error = fails(run("run", folder=tmp_path), 2)
    assert "fastapi-quiz demo" in error
    enabled = {"FASTAPI_QUIZ_LOCAL__ENABLED": "true"}
    left_out = fails(run("run", "--only", "Scheduler, web", folder=tmp_path, **enabled), 2)
    assert "--only scheduler,web,local" in left_out
    assert set(known_keys()) >= {"database", "scheduler", "logging"}
