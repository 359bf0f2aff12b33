"""What an operator asks of the program."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from pathlib import Path

from tests.e2e.test_program import PROGRAM, fails, run
from tests.stage import PACKS

SCRIPT = """
at 2026-03-23 08:55 UTC
@ana admin
@ana: /fastapi-quiz schedule add 09:00 tz:Europe/Berlin days:mon-sun
advance 1d
outage 32h
advance 2d
"""


def prepare(folder: Path) -> None:
    url = f"sqlite+aiosqlite:///{folder}/fastapi-quiz.db"
    done = run("simulate", "--database", url, "-", folder=folder, stdin=SCRIPT)
    assert done.returncode == 0, done.stderr


def rows(folder: Path, *arguments: str) -> list[dict[str, object]]:
    done = run(*arguments, "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_deliveries_and_schedules_are_listed(tmp_path: Path) -> None:
    prepare(tmp_path)
    listed = rows(tmp_path, "deliveries")
    assert {row["state"] for row in listed} == {"confirmed", "skipped"}
    assert all(row["reason"] for row in listed if row["state"] == "skipped")
    assert [row["state"] for row in rows(tmp_path, "deliveries", "--state", "skipped")] == [
        "skipped"
    ]
    [schedule] = rows(tmp_path, "schedules", "list")
    assert (schedule["workspace"], schedule["schedule_id"]) == ("local", 1)
    assert len(rows(tmp_path, "schedules", "preview", "--count", "3")) == 3
    assert "skippd" in fails(run("deliveries", "--state", "skippd", folder=tmp_path), 2)
    plain = run("deliveries", folder=tmp_path)
    assert len(plain.stdout.splitlines()) == len(listed)


def test_check_is_a_doctor(tmp_path: Path) -> None:
    well = run("check", folder=tmp_path)
    assert well.returncode == 0
    assert well.stdout.count("ok ") == 7
    run("migrate", folder=tmp_path)
    migrated = run("check", folder=tmp_path).stdout
    for said in (well.stdout, migrated):
        assert "ok      stored questions: none yet; `run` stores the shipped ones" in said
    ill = run("check", folder=tmp_path, FASTAPI_QUIZ_DATABASE__URL="mysql://nowhere")
    assert ill.returncode == 1
    assert "FAILED  database" in ill.stdout
    assert "postgresql+asyncpg" in ill.stdout


def change(folder: Path, statement: str) -> None:
    """Do to the database what would take an outage to happen."""
    with sqlite3.connect(folder / "fastapi-quiz.db") as database:
        database.execute(statement)
    database.close()


def test_deliveries_tell_how_late_how_often_and_what_to_do(tmp_path: Path) -> None:
    prepare(tmp_path)
    posted = [row for row in rows(tmp_path, "deliveries") if row["state"] == "confirmed"]
    assert posted
    for row in posted:
        assert {"due_at", "posted_at", "late_seconds", "tries", "key"} <= row.keys()
        assert row["late_seconds"] == 0
        assert row["mend"] is None
    change(tmp_path, "UPDATE deliveries SET state = 'stuck', wake_at = NULL, reason = 'lost'")
    [first, *_] = rows(tmp_path, "deliveries", "--state", "stuck")
    assert "press one of its buttons" in str(first["mend"])


def test_check_tells_what_is_stuck_and_overdue_and_how_to_mend_it(tmp_path: Path) -> None:
    prepare(tmp_path)
    change(tmp_path, "UPDATE deliveries SET state = 'stuck' WHERE id = 1")
    done = run("check", folder=tmp_path)
    assert done.returncode == 1
    lines = {line.split(": ")[0]: line for line in done.stdout.splitlines()}
    assert "deliveries resolve KEY posted" in lines["FAILED  stuck"]
    assert "No process delivers to local now" in lines["FAILED  overdue"]
    assert "start one" in lines["ok      processes"]


def test_check_reads_imported_questions_and_tells_which_schedule_finds_none(tmp_path: Path) -> None:
    prepare(tmp_path)
    folder = str(PACKS["small"])
    imported = run("questions", "import", folder, "--pack", "ours", folder=tmp_path)
    assert imported.returncode == 0, imported.stderr
    plain = run("check", folder=tmp_path).stdout
    assert "ok      stored questions: 2 packs with" in plain
    assert "every active schedule finds some" in plain

    change(tmp_path, "UPDATE schedules SET pack = 'gone'")
    change(tmp_path, "UPDATE questions SET body = '{}' WHERE slug = 'own-rule'")
    done = run("check", folder=tmp_path)
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if "stored questions" in line]
    assert line.startswith("FAILED")
    assert "questions import FILE --pack ours." in line
    assert "Schedule 1 of local (local:local) has nothing to post" in line
    assert "pack gone" in line

    change(tmp_path, "UPDATE schedules SET paused_because = 'By hand.'")
    assert "Schedule 1" not in run("check", folder=tmp_path).stdout


def test_an_operator_resolves_what_is_stuck(tmp_path: Path) -> None:
    prepare(tmp_path)
    change(tmp_path, "UPDATE deliveries SET state = 'stuck', posted_at = NULL, wake_at = NULL")
    one, two, *_ = (str(row["key"]) for row in rows(tmp_path, "deliveries", "--newest", "2"))
    assert "Taken as posted" in run("deliveries", "resolve", one, "posted", folder=tmp_path).stdout
    assert "posted again" in run("deliveries", "resolve", two, "again", folder=tmp_path).stdout
    states = {row["key"]: row["state"] for row in rows(tmp_path, "deliveries")}
    assert (states[one], states[two]) == ("confirmed", "scheduled")
    assert "nothing is to be resolved" in fails(
        run("deliveries", "resolve", one, "again", folder=tmp_path), 1
    )
    assert "No delivery has the key" in fails(
        run("deliveries", "resolve", "nokey", "again", folder=tmp_path), 1
    )
    assert "Did you mean" in fails(run("deliveries", "resolve", two, "agan", folder=tmp_path), 2)


def test_a_second_run_on_the_same_sqlite_file_is_refused(tmp_path: Path) -> None:
    environment = {"FASTAPI_QUIZ_LOCAL__ENABLED": "true"}
    first = subprocess.Popen(
        [*PROGRAM, "run"],
        cwd=tmp_path,
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert first.stderr is not None
        assert "started" in first.stderr.readline()
        second = run("run", folder=tmp_path, **environment)
        assert "PostgreSQL" in fails(second, 1)
    finally:
        first.terminate()
        first.communicate(timeout=20)
    assert first.returncode == 0
