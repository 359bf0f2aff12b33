"""`questions import` and `export`, run as operators run them."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sqlite3
import sys
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pexpect
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import QuizError
from bot.questions.loader import load_pack
from bot.questions.writing import describe_question, write_csv, write_json
from storage.engine import open_engine
from storage.schema import current_revision
from tests.contract.test_schema import wipe
from tests.e2e.test_program import fails, run
from tests.stage import PACKS

SMALL = load_pack(PACKS["small"])
SCRIPT = """
at 2026-03-23 08:55 UTC
workspace acme
@ana: /fastapi-quiz help
"""


def database(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/fastapi-quiz.db"


def stored(folder: Path) -> list[tuple[str, int, str]]:
    """Pack, question and version of all that is current or was."""
    path = folder / "fastapi-quiz.db"
    if not path.exists():
        return []
    with sqlite3.connect(path) as connection:
        return connection.execute(
            "SELECT packs.name, current, version FROM questions JOIN packs ON packs.id = pack_id "
            "ORDER BY packs.id, slug, version"
        ).fetchall()


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_what_is_imported_is_exported_again(tmp_path: Path, form: str) -> None:
    source = PACKS["small"]
    if form != "markdown":
        source = tmp_path / f"ours.{form}"
        source.write_text(write_json(SMALL) if form == "json" else write_csv(SMALL), newline="")
    done = run("questions", "import", str(source), "--pack", "ours", folder=tmp_path)
    assert done.stdout == (
        "The pack ours has 8 questions: 8 new. It is stored for all workspaces.\n"
    ), done.stderr
    assert done.stderr == ""
    exported = run("questions", "export", "--format", "json", "--pack", "ours", folder=tmp_path)
    assert json.loads(exported.stdout) == [
        describe_question(question) | {"pack": "ours"} for question in SMALL
    ]
    (tmp_path / "again.json").write_text(exported.stdout)
    again = run("questions", "import", "again.json", "--pack", "ours", folder=tmp_path)
    assert again.stdout.startswith("The pack ours has 8 questions: 8 unchanged.")


def test_an_edit_makes_a_version_and_what_is_left_out_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "ours.json"
    path.write_text(write_json(SMALL))
    call("import", "ours.json")
    objects = [describe_question(question) for question in SMALL]
    objects[0]["title"] = "Another title"
    path.write_text(json.dumps(objects[:-1]))
    done = call("import", "ours.json")
    assert "7 questions: 1 changed, 6 unchanged, 1 left out, with their history kept." in (
        done.stdout
    )
    rows = stored(tmp_path)
    assert (len(rows), sum(current for _, current, _ in rows)) == (9, 7)


def test_a_pack_may_belong_to_one_workspace(tmp_path: Path) -> None:
    (tmp_path / "ours.json").write_text(write_json(SMALL[:2]))
    done = run("simulate", "--database", database(tmp_path), "-", folder=tmp_path, stdin=SCRIPT)
    assert done.returncode == 0, done.stderr
    done = run("questions", "import", "ours.json", "--workspace", "local:acme", folder=tmp_path)
    assert "It is stored for local:acme." in done.stdout
    mine = run("questions", "list", "--pack", "ours", "--workspace", "local:acme", folder=tmp_path)
    assert len(mine.stdout.splitlines()) == 2
    assert "No pack" in fails(run("questions", "list", "--pack", "ours", folder=tmp_path), 1)
    unknown = run("questions", "import", "ours.json", "--workspace", "local:acm", folder=tmp_path)
    assert 'Did you mean "local:acme"?' in fails(unknown, 1)
    both = ("--workspace", "local:acme", "--shared")
    assert "exclude" in fails(run("questions", "import", "ours.json", *both, folder=tmp_path), 2)


def test_names_that_a_pack_may_not_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fastapi.json").write_text(write_json(SMALL))
    assert "belongs to this program" in refused("import", "fastapi.json")
    for made in ("fastapi-generated", "drills"):
        assert "belongs to this program" in refused("import", "fastapi.json", "--pack", made)
    assert "small letters" in refused("import", "fastapi.json", "--pack", "Our Pack")
    assert stored(tmp_path) == []


def test_looking_for_a_pack_makes_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bare_url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FASTAPI_QUIZ_DATABASE__URL", bare_url)
    assert asyncio.run(look_into(bare_url, wipe)) is None
    assert "Did you mean fastapi?" in refused("list", "--pack", "fastap")
    assert "fastapi-quiz migrate" in refused("list", "--workspace", "local:acme")
    assert "no such file" in refused("import", "nowhere.json")
    assert asyncio.run(look_into(bare_url, current_revision)) is None


async def look_into(url: str, look: Callable[[AsyncEngine], Awaitable[object]]) -> object:
    engine = open_engine(url)
    try:
        return await look(engine)
    finally:
        await engine.dispose()


def call(*arguments: str) -> Result:
    """Call the program in this process, which is quicker than a new one."""
    return CliRunner().invoke(app, ["questions", *arguments])


def refused(*arguments: str) -> str:
    """Return the sentence that the program fails with."""
    error = call(*arguments).exception
    assert isinstance(error, QuizError), error
    return str(error)


def make_zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ours.json", b" " * 50_000_000)
    return packed.getvalue()


def make_twins() -> bytes:
    return write_json([*SMALL, SMALL[0]]).encode()


YAML_BOMB = (
    b"---\nid: &a [x, x, x, x, x, x, x, x, x]\ntitle: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
    b"level: [*b, *b, *b, *b, *b, *b, *b]\n---\n\n## Question\n\nWhy?\n\n## Answer\n\nSo.\n"
)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("big.json", b"[" + b" " * 50_000_000 + b"]", "larger than 40 MB"),
        ("big.csv", b"id,title\n" * 6_000_000, "larger than 40 MB"),
        ("bomb.zip", make_zip_bomb(), "ends in none of"),
        ("bomb.json", make_zip_bomb(), "not UTF-8 text"),
        ("bomb.md", YAML_BOMB, "An alias (`*name`) stands here"),
        ("bomb.yaml", YAML_BOMB, "ends in none of"),
        ("junk.json", bytes(range(256)) * 64, "not UTF-8 text"),
        ("junk.csv", b"id\x00title", "control character"),
        ("twins.json", make_twins(), "stands in this file twice"),
        ("utf16.csv", write_csv(SMALL).encode("utf-16"), "not UTF-8 text"),
        ("latin.json", write_json(SMALL).replace("e", "é").encode("latin-1"), "not UTF-8 text"),
        ("number.json", b'[{"id": ' + b"9" * 5000 + b"}]", "A number is too long"),
        ("half.json", b'[{"id": "\\ud800"}]', "is missing"),
        ("null.json", b'[{"id": "aa", "title": "\\u0000", "level": "fresher"}]', "is missing"),
        ("word.json", b'[{"' + b"w" * 1_000_000 + b'": 1}]', "is no key known here"),
        ("deep.json", b"[" * 200_000, "nested too deeply"),
        ("empty.json", b"", "The file is empty"),
        ("none.json", None, "no such file"),
    ],
)
def test_bad_files_get_a_sentence_and_change_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: bytes | None,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ours.json").write_text(write_json(SMALL[:1]))
    assert call("import", "ours.json").exit_code == 0
    before = stored(tmp_path)
    if content is not None:
        Path(name).write_bytes(content)
    text = refused("import", name, "--pack", "ours")
    assert said in text
    assert len(text) < 4000
    assert stored(tmp_path) == before != []


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    objects = [describe_question(question) for question in SMALL]
    for number, described in enumerate(objects[1:]):
        described["level"] = f"guru-{number}"
    (tmp_path / "ours.json").write_text(json.dumps(objects))
    said = fails(run("questions", "import", "ours.json", folder=tmp_path), 1)
    assert said.startswith("fastapi-quiz: 7 faults in the pack:")
    assert all(f"guru-{number}" in said for number in range(7))
    assert stored(tmp_path) == []


def test_a_folder_with_a_pipe_or_a_folder_as_a_question_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    (folder / "a.md").mkdir(parents=True)
    os.mkfifo(folder / "b.md")
    said = refused("import", str(folder))
    assert said.count("This is no ordinary file.") == 2


def test_ten_thousand_questions_import_with_a_bar_in_a_terminal(tmp_path: Path) -> None:
    objects = [
        describe_question(question) | {"id": f"{question.id}-{number}"}
        for number in range(1250)
        for question in SMALL
    ]
    (tmp_path / "many.json").write_text(json.dumps(objects))
    command = ["-m", "bot", "questions", "import", "many.json"]
    child = pexpect.spawn(
        sys.executable, command, cwd=tmp_path, timeout=120, encoding="utf-8", dimensions=(24, 100)
    )
    child.expect("Reading")
    child.expect("The pack many has 10000 questions: 10000 new")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert len(stored(tmp_path)) == 10_000
