"""Answers are kept whole: read again, and graded by the question as it was asked."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.stage import CHOICES, PACKS, START, Play, play_script

ANSWERED = f"""{START}
advance 10m
@ben answers: FastAPI matches the paths in the order in which they were declared.
@ben answers: Again, and better this time.
@cem answers: I have another idea about it, which nobody else should read.
advance 1d
@ben answers: <@U1> @everyone **bold** and a second answer with some words in it.
"""


async def test_first_answers_are_listed_newest_first_with_what_they_earned(play: Play) -> None:
    played = await play(f"{ANSWERED}\n@ben: /fastapi-quiz history")
    history = played.last("history")
    grades = [said.data for said in played.of("grade", only="ben") if said.data["first"]]
    assert (history.only, history.data["total"]) == ("ben", 2)
    told = [(one["number"], one["score"], one["earned"]) for one in history.data["answers"]]
    assert told == [
        (2, grades[1]["score"], grades[1]["earned"]),
        (1, grades[0]["score"], grades[0]["earned"]),
    ]
    assert [one["slot"] for one in history.data["answers"]] == ["2026-03-24", "2026-03-23"]
    assert "One in full: /fastapi-quiz history 2" in history.text


async def test_one_is_shown_whole_with_its_feedback(play: Play) -> None:
    played = await play(f"{ANSWERED}\n@ben: /fastapi-quiz history 1\n@ben: /fastapi-quiz history 2")
    first, second = played.of("past_answer")
    graded = played.of("grade", only="ben")[0].data
    assert first.data["text"].startswith("FastAPI matches the paths in the order")
    assert first.data["points_made"] == graded["points"]
    assert first.data["feedback"] in first.text.replace("\n", " ")
    assert (first.data["number"], first.data["grader"]) == (1, "lexical")
    assert "Model answer" in first.text
    assert second.data["text"].startswith("<@U1> @everyone")
    assert "@everyone" not in second.text


async def test_nobody_sees_another_one_s(play: Play) -> None:
    played = await play(
        f"{ANSWERED}\n@cem: /fastapi-quiz history\n@dora: /fastapi-quiz history"
        "\n@dora: /fastapi-quiz history 1\n@cem: /fastapi-quiz history 2"
    )
    cem, dora = played.of("history")
    assert (cem.data["total"], dora.data["total"]) == (1, 0)
    assert "You have answered no question yet" in dora.text
    assert [said.only for said in played.of("error")] == ["dora", "cem"]
    assert "You have no answer 2." in played.last("error").text


async def test_pages_hold_ten(play: Play) -> None:
    days = "\n".join("@ben answers: Some words for today.\nadvance 1d" for _ in range(12))
    played = await play(
        f"{START}\nadvance 10m\n{days}\n@ben: /fastapi-quiz history"
        "\n@ben: /fastapi-quiz history page:2\n@ben: /fastapi-quiz history page:3"
    )
    newest, older = played.of("history")
    assert [one["number"] for one in newest.data["answers"]] == list(range(12, 2, -1))
    assert [one["number"] for one in older.data["answers"]] == [2, 1]
    assert "Older ones: /fastapi-quiz history page:2" in newest.text
    assert "Older ones" not in older.text
    assert "There is no page 3: the last one is 2." in played.last("error").text


async def test_a_choice_is_remembered_by_its_letter(tmp_path: Path) -> None:
    script = f"{START}\nadvance 10m\n@ben presses B\n@ben: /fastapi-quiz history 1"
    past = (await play_script(script, tmp_path, CHOICES)).last("past_answer")
    assert (past.data["text"], past.data["grader"]) == ("B", "choice")
    assert past.data["points_made"][0]["text"].startswith("B: ")


async def test_a_question_that_changed_is_graded_as_it_was_asked(tmp_path: Path) -> None:
    asked = (await play_script(f"{START}\nadvance 10m", tmp_path)).last("question")
    changed = tmp_path / "changed"
    shutil.copytree(PACKS["small"], changed)
    for file in changed.glob("*.md"):
        text = file.read_text("utf-8")
        head, answer = text.split("## Answer\n", 1)
        file.write_text(f"{head}## Answer\n\nSomething new: zebras graze.\n", "utf-8")
        if asked.data["question_id"] in text:
            old_answer = answer.strip()
    script = f"""at 2026-03-23 09:10 Europe/Berlin
        @ben answers: {" ".join(old_answer.split())}
        @ben: /fastapi-quiz history 1
        """
    played = await play_script(script, tmp_path, {"small": changed})
    assert played.last("grade").data["question_id"] == asked.data["question_id"]
    assert played.last("grade").data["score"] > 0.9
    assert "zebras" not in played.last("grade").text
    assert "zebras" not in played.last("past_answer").text


async def test_a_question_that_left_the_pack_can_still_be_answered(tmp_path: Path) -> None:
    asked = (await play_script(f"{START}\nadvance 10m", tmp_path)).last("question")
    smaller = tmp_path / "smaller"
    shutil.copytree(PACKS["small"], smaller)
    (smaller / f"{asked.data['question_id']}.md").unlink()
    script = "at 2026-03-23 09:10 Europe/Berlin\n@ben answers: It depends on the declared order."
    played = await play_script(script, tmp_path, {"small": smaller})
    assert played.last("grade").data["question_id"] == asked.data["question_id"]


async def test_a_question_whose_day_is_over_is_graded_for_half_the_points(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        advance 1d
        @ben answers to 2: FastAPI matches the paths in the order in which they were declared.
        @ben: /fastapi-quiz history
        """
    )
    assert played.last("grade").data["late"] is True
    assert "this question's day is over" in played.last("grade").text
    assert played.last("history").data["answers"][0]["late"] is True
    assert "2026-03-23, late" in played.last("history").text


async def test_erased_members_have_no_history(play: Play) -> None:
    played = await play(
        f"{ANSWERED}\n@ben: /fastapi-quiz forget-me confirm:yes\n@ben: /fastapi-quiz history"
    )
    assert played.last("history").data["total"] == 0
