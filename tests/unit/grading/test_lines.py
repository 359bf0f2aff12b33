"""`fastapi-quiz grade` and the lines it reads and writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app, main
from bot.grading.lines import BadLine, parse_line

GOOD = {
    "question": "What does Depends do?",
    "reference": "It calls a function before the endpoint and injects what it returns.",
    "answer": "It calls a function first and injects the result into the endpoint.",
}


def run_grade(lines: str, *options: str) -> Result:
    return CliRunner().invoke(app, ["grade", "-", *options], input=lines)


def test_one_grade_a_line() -> None:
    result = run_grade(json.dumps(GOOD) + "\n\n" + json.dumps(GOOD | {"answer": "no idea"}) + "\n")
    assert result.exit_code == 0
    first, second = map(json.loads, result.stdout.splitlines())
    assert 0.5 < first["score"] <= 1
    assert set(first) >= {"score", "band", "points", "gate", "grader"}
    assert set(first["points"][0]) == {"text", "verdict", "evidence"}
    assert (first["gate"], first["grader"]) == (None, "lexical")
    assert (second["score"], second["band"], second["gate"]) == (0, "none", "no_attempt")


def test_given_key_points_are_judged_one_by_one() -> None:
    points = ["calls a function", {"text": "injects what it returns", "weight": 3}]
    result = run_grade(json.dumps(GOOD | {"key_points": points}))
    shown = json.loads(result.stdout)["points"]
    assert [point["text"] for point in shown] == ["calls a function", "injects what it returns"]
    assert {point["verdict"] for point in shown} == {"met"}


def test_bad_lines_are_named_and_the_others_graded() -> None:
    result = run_grade("\n".join(["junk", json.dumps(GOOD), "[1]", '{"reference": "x"}']))
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    told = result.stderr.splitlines()
    assert [line.split(":")[1].strip() for line in told] == ["Line 1", "Line 3", "Line 4"]
    assert '"answer" is missing' in told[2]


def test_a_grader_that_is_not_there_is_replaced_aloud() -> None:
    result = run_grade(json.dumps(GOOD), "--grader", "llm")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["grader"] == "lexical"
    assert "llm" in result.stderr


def test_without_the_extra_the_lexical_grader_grades_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.delitem(sys.modules, "adapters.semantic.model", raising=False)
    monkeypatch.delitem(sys.modules, "adapters.semantic.grader", raising=False)
    result = run_grade(json.dumps(GOOD), "--grader", "semantic")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["grader"] == "lexical"
    assert "semantic grader is not available" in result.stderr


def test_a_file_that_is_not_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["fastapi-quiz", "grade", str(tmp_path / "absent.jsonl")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "Can't read" in capsys.readouterr().err


def test_no_answer_is_an_empty_one() -> None:
    result = run_grade(json.dumps(GOOD | {"answer": None}))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["gate"] == "empty"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"\xff\xfe", "not a JSON object"),
        (b'{"reference": "x", "answer": 3}', '"answer" does not fit'),
        (
            b'{"reference": "x", "answer": "y", "key_points": [{"text": "z", "weight": 0}]}',
            "weight",
        ),
        (b'{"reference": "x", "answer": "y", "key_points": [" "]}', '"key_points.0" does not fit'),
        (b'{"reference": "x", "answer": "y", "key_points": [{"text": "z", "weight": 1e308}]}', "w"),
        (b'{"reference": "?!", "answer": "y"}', "no words to compare with"),
        (b'{"reference": null, "answer": "y", "key_points": []}', "no words to compare with"),
        (b'{"reference": null, "answer": "y", "key_points": ["z"]}', None),
        (b'{"question": null, "reference": "x", "answer": "y", "more": 1}', None),
        (b'{"reference": "x", "answer": "y", "key_points": [{"id": 1, "text": "z"}]}', None),
        (b'\xef\xbb\xbf{"reference": "x", "answer": "y"}', None),
    ],
)
def test_lines_are_read_strictly_and_further_keys_ignored(line: bytes, said: str | None) -> None:
    if said is None:
        assert parse_line(line)[1] == "y"
        return
    with pytest.raises(BadLine) as fault:
        parse_line(line)
    assert said in str(fault.value)
