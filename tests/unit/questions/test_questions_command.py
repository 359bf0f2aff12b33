"""`fastapi-quiz questions …`, as people call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.errors import QuizError
from bot.questions.loader import load_pack


def call(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(app, ["questions", *map(str, arguments)])
    if isinstance(result.exception, QuizError):
        raise result.exception
    return result


def test_list_is_plain_in_a_pipe() -> None:
    lines = call("list", "--level", "fresher", "--topic", "routing").stdout.splitlines()
    cells = [line.split("\t") for line in lines]
    assert "path-query-body" in [row[0] for row in cells]
    assert {(row[1], "routing" in row[2].split(",")) for row in cells} == {("fresher", True)}


def test_show_prints_the_whole_question() -> None:
    text = call("show", "jwt-authentication").stdout
    for heading in ("## Question", "## Answer", "## Key points", "## Sources", "## Checked with"):
        assert heading in text


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(QuizError, match="Did you mean jwt-authentication"):
        call("show", "jwt-auth")
    with pytest.raises(QuizError, match="Did you mean fastapi"):
        call("list", "--pack", "fastap")
    with pytest.raises(QuizError, match=r"Packs here: fastapi\."):
        call("list", "--pack", "zzz")


def test_a_path_that_is_none_is_told_as_that(tmp_path: Path) -> None:
    assert "There is no such file or folder. Check" in call("check", tmp_path / "mypack").stdout
    with pytest.raises(QuizError, match="no such file or folder"):
        call("convert", tmp_path / "none.json", tmp_path / "new")


def test_a_new_question_loads_and_is_found_wanting(tmp_path: Path) -> None:
    for kind in ("open", "choice"):
        call("new", f"my-{kind}", "--folder", tmp_path, "--kind", kind)
    assert [one.id for one in load_pack(tmp_path)] == ["my-choice", "my-open"]
    checked = call("check", "--run", tmp_path)
    assert checked.exit_code == 1
    assert "my-open: The model answer has 18 words. Write 80 to 250." in checked.stdout
    with pytest.raises(QuizError, match="exists already"):
        call("new", "my-open", "--folder", tmp_path)
    with pytest.raises(QuizError, match="small letters"):
        call("new", "My Question", "--folder", tmp_path)


def test_one_file_is_no_files(tmp_path: Path) -> None:
    call("new", "mine", "--folder", tmp_path / "pack")
    exported = call("export", "--format", "markdown", "--pack", tmp_path / "pack", tmp_path / "md")
    assert "1 file written" in exported.output
    converted = call("convert", tmp_path / "pack" / "mine.md", tmp_path / "new")
    assert "1 question written" in converted.output


def test_check_lists_faults_and_broken_proofs(tmp_path: Path) -> None:
    call("new", "mine", "--folder", tmp_path)
    path = tmp_path / "mine.md"
    path.write_text(path.read_text().replace("```output\n2", "```output\n3"))
    assert "mine: proof, line 9: claimed\n3\nbut printed\n2" in call("check", "--run", path).stdout
    path.write_text(path.read_text().replace("fresher", "guru"))
    checked = call("check", path)
    assert checked.exit_code == 1
    assert "mine.md:4: `level` is `guru`." in checked.stdout


def test_the_shipped_packs_pass() -> None:
    assert call("check").exit_code == 0


def test_export_and_convert_round_trip(tmp_path: Path) -> None:
    exported = call("export", "--format", "json", "--pack", "fastapi", "-").stdout
    (tmp_path / "all.json").write_text(exported)
    call("convert", tmp_path / "all.json", tmp_path / "fastapi")
    again = call("export", "--format", "json", "--pack", tmp_path / "fastapi").stdout
    assert json.loads(again) == json.loads(exported)
    call("export", "--format", "csv", tmp_path / "all.csv")
    call("export", "--format", "markdown", tmp_path / "copy")
    call("convert", tmp_path / "all.csv", tmp_path / "two" / "fastapi")
    texts = [
        {path.name: path.read_text() for path in folder.rglob("*.md")}
        for folder in (tmp_path / "copy", tmp_path / "two" / "fastapi")
    ]
    assert texts[0] == texts[1]
    assert call("export", "--format", "markdown", "-").stdout.startswith("---\nid: ")
