"""What is written as Markdown, JSON or CSV reads back as the same questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people import Level
from bot.domain.question import Choice, KeyPoint, Kind, Markdown, Question
from bot.errors import PackError
from bot.questions.loader import load_pack
from bot.questions.pack_files import shipped_packs
from bot.questions.reading import read_bytes, read_questions
from bot.questions.writing import (
    describe_question,
    write_csv,
    write_folder,
    write_json,
    write_markdown,
)

FASTAPI = load_pack(shipped_packs()["fastapi"])

LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1
).map(lambda text: f"A {text[:300]}")
TEXTS = st.lists(LINES, max_size=3)


@st.composite
def draw_questions(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(Kind))
    points = [KeyPoint(text, 0.5) for text in draw(st.lists(LINES, max_size=4, unique=True))]
    texts = draw(st.lists(LINES, min_size=2, max_size=2, unique=True))
    choices = (Choice(texts[0], False, draw(LINES)), Choice(texts[1], True, draw(LINES)))
    return Question(
        id="drawn-one",
        pack="drawn",
        title=draw(LINES)[:100].strip(),
        level=draw(st.sampled_from(Level)),
        topics=("routing", "testing"),
        kind=kind,
        prompt=Markdown("\n\n".join(draw(st.lists(LINES, min_size=1, max_size=3)))),
        answer=Markdown(draw(LINES)),
        key_points=tuple(points) if kind is Kind.OPEN else (),
        choices=choices if kind is Kind.CHOICE else (),
        sources=tuple(draw(TEXTS)),
        follow_ups=tuple(draw(TEXTS)),
        mistakes=tuple(draw(TEXTS)),
        checked_with={"fastapi": "0.165.0"},
    )


@given(draw_questions())
def test_any_question_survives_json_and_csv(question: Question) -> None:
    assert read_bytes(write_json([question]).encode(), "a.json", "drawn") == (question,)
    assert read_bytes(write_csv([question]).encode(), "a.csv", "drawn") == (question,)


def test_the_shipped_pack_survives_every_format(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text(write_json(FASTAPI))
    (tmp_path / "all.csv").write_text(write_csv(FASTAPI))
    assert read_questions(tmp_path / "all.json", "fastapi") == FASTAPI
    assert read_questions(tmp_path / "all.csv", "fastapi") == FASTAPI
    assert write_folder(FASTAPI, tmp_path / "copy") == len(FASTAPI)
    assert read_questions(tmp_path / "copy", "fastapi") == FASTAPI


def test_an_export_has_the_documented_keys() -> None:
    question = next(one for one in FASTAPI if one.id == "background-work")
    described = describe_question(question)
    assert described.keys() >= {
        *("id", "pack", "level", "topics", "kind", "prompt", "answer", "key_points"),
        *("choices", "sources", "checked_with", "runs"),
    }
    assert described["runs"] == 1


def test_a_cell_is_never_a_formula() -> None:
    question = FASTAPI[0]
    text = write_csv([Question(**{**_fields(question), "prompt": Markdown("=1+1")})])
    assert "'=1+1" in text
    assert read_bytes(text.encode(), "a.csv", "fastapi")[0].prompt == "=1+1"


def _fields(question: Question) -> dict[str, object]:
    return {name: getattr(question, name) for name in Question.__dataclass_fields__}


def test_a_hand_made_csv_reads(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "id;title;level;topics;kind;prompt;answer;key_points;choices\n"
        'one;One;fresher;"routing, testing";;Why?;Because.;"Says why | 2\nSays how";\n'
        "\n"
        'two;Two;5-year;routing;choice;Which?;This.;;"right | a | Yes.\nwrong | b | No | never."\n'
    )
    one, two = read_questions(path, "mine")
    assert one.topics == ("routing", "testing")
    assert one.key_points == (KeyPoint("Says why", 2), KeyPoint("Says how", 1))
    assert two.choices == (Choice("a", True, "Yes."), Choice("b", False, "No | never."))


@pytest.mark.parametrize(
    ("name", "text", "line", "problem"),
    [
        ("a.csv", "id,titel\nx,y\n", 1, "`titel` is not known"),
        ("a.csv", "id,title,Title\nab,One,Two\n", 1, "`title` stands in the header twice"),
        ("a.csv", 'id,title\nx,"y\n', 2, "not CSV"),
        ("a.csv", "id,title\nx,y,z\n", 2, "more cells"),
        ("a.csv", "id,title,level,topics,prompt,answer\n\na,T,9,routing,p,a\n", 3, "`level`"),
        ("a.csv", "id,title,level,topics,prompt,answer,choices\na,T,fresher,b,p,a,x\n", 2, "`cho"),
        ("a.csv", "id,title\n", 1, "holds no question"),
        ("a.json", "{}", 1, "no JSON list"),
        ("a.json", "[]", 1, "holds no question"),
        ("a.json", '[\n{"id": }\n]', 2, "not JSON"),
        ("a.json", "[1]", 1, "An object is expected"),
        ("a.json", '[{"id": "a"} {"id": "b"}]', 1, "No comma"),
        ("a.json", "[" * 100_000, 1, "nested too deeply"),
        ("a.json", '[\n\n{"id": "ab", "id": "bb"}]', 3, "stands here twice"),
        ("a.json", "[", 1, "not JSON"),
        ("a.xml", "<x/>", 1, "ends in none of"),
        ("a.json", "", 1, "empty"),
        ("a.csv", "id\x00", 1, "control character"),
        ("a.csv", f"id,key_points\na-b,[{'1' * 5_000}]\n", 2, "`key_points"),
        ("a.json", r'[{"title": "A\u0000B"}]', 1, "control character"),
        ("a.json", r'[{"id": "a"}, {"id": "b", "titel": "B"}]', 1, "Question 2: `titel` is no key"),
        ("a.json", r'[{"key_points": [{"text": "A\u001b[2J"}]}]', 1, "control character"),
        ("a.md", "---\nid: x\ntopics: " + "[" * 300_000, 1, "larger than 64 KB"),
        ("a.md", "---\nid: x\ntopics: " + "[" * 60_000 + "\n---\n", 3, "nested too deeply"),
        ("a.md", "---\nid: x\n? " + "? " * 30_000 + "\n---\n", 3, "nested too deeply"),
    ],
)
def test_files_that_are_none_get_a_sentence(name: str, text: str, line: int, problem: str) -> None:
    with pytest.raises(PackError) as caught:
        read_bytes(text.encode(), name, "mine")
    assert any(fault.line == line and problem in fault.problem for fault in caught.value.faults), (
        caught.value.faults
    )


def test_all_rows_are_judged_and_ids_are_unique() -> None:
    objects = [describe_question(one) for one in FASTAPI[:3]]
    objects += [objects[0], {**objects[1], "id": "other", "level": "senior"}]
    with pytest.raises(PackError) as caught:
        read_bytes(json.dumps(objects).encode(), "a.json", "mine")
    assert len(caught.value.faults) == 2


def test_of_many_faults_the_first_are_named() -> None:
    keys = "".join(f', "k{number}": 1' for number in range(50_000))
    objects = "{}, " * 50_000
    for text in (f'[{{"id": "ab"{keys}}}]', f"[{objects}{{}}]"):
        with pytest.raises(PackError) as caught:
            read_bytes(text.encode(), "a.json", "mine")
        assert 50 <= len(caught.value.faults) < 1_200


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(PackError, match="larger than 40 MB"):
        read_bytes(b" " * 41 * 1024 * 1024, "a.json", "mine")


@pytest.mark.parametrize(
    ("key", "text"), [("prompt", "Why?\n\n## Answer\n\nNo."), ("follow_ups", ["# Heading"])]
)
def test_text_that_would_break_a_file_is_refused(key: str, text: object) -> None:
    described = {**describe_question(FASTAPI[0]), key: text}
    with pytest.raises(PackError, match=r"second level|plain sentence"):
        read_bytes(json.dumps([described]).encode(), "a.json", "mine")


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("mine")
    with pytest.raises(PackError, match="something here already"):
        write_folder(FASTAPI, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.md"]


def test_text_that_markdown_would_change_is_not_written() -> None:
    fields = {**_fields(FASTAPI[0]), "answer": Markdown("    indented code")}
    with pytest.raises(PackError, match="can't hold"):
        write_markdown(Question(**fields))
