"""Answers: how they are scored, and which of them earn points."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage import CHOICES, START, Play, play_script


async def test_an_answer_is_graded_with_evidence_and_the_model_answer(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben presses Answer
        @ben answers: FastAPI depends on Starlette and Pydantic
        """
    )
    [form] = played.of("form")
    [grade] = played.of("grade")
    question = played.last("question")
    assert form.only == grade.only == "ben"
    assert grade.data["question_id"] == question.data["question_id"]
    assert 0 <= grade.data["score"] <= 1
    assert grade.data["grader"] in grade.text
    assert "Model answer" in grade.text
    assert {point["verdict"] for point in grade.data["points"]} <= {
        "met",
        "partial",
        "missing",
        "wrong",
    }


async def test_a_reveal_before_the_answer_forfeits_points_not_the_streak(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz ask
        @ben presses Reveal to 2
        @cleo reacts :bulb:
        @cleo: /fastapi-quiz today
        @cleo answers: it depends
        @cleo: /fastapi-quiz streak
        """
    )
    grade = played.last("grade")
    assert (grade.data["earned"], grade.data["first"]) == (0, True)
    assert "No points" in grade.text
    assert played.last("streak").data["current"] == 1


async def test_the_grade_of_a_question_that_was_asked_for_says_which_it_was(play: Play) -> None:
    """Whoever sees the channel's question above it may have meant that one."""
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz ask
        @ben: /fastapi-quiz answer it depends
        """
    )
    asked = played.last("question").data["title"]
    assert f"“{asked}” was yours alone" in played.last("grade").text


@pytest.mark.parametrize("before", ["ask", "practice drill:yes", "mock"])
async def test_what_today_shows_is_what_an_answer_and_a_reveal_mean(
    play: Play, before: str
) -> None:
    """Whoever was asked something alone since gets back to the channel's question by it."""
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz {before}
        @ben: /fastapi-quiz today
        @ben: /fastapi-quiz answer it depends
        @ben: /fastapi-quiz reveal
        @ben: /fastapi-quiz streak
        """
    )
    daily = played.of("question", only=None)[0].data["question_id"]
    assert played.last("grade").data["question_id"] == daily
    assert played.last("reveal").data["question_id"] == daily
    assert played.last("streak").data["current"] == 1


async def test_what_was_asked_before_today_is_still_answered_by_its_button(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz ask level:5-year
        @cleo: /fastapi-quiz ask
        @ben: /fastapi-quiz today
        @ben presses Reveal to 2
        @cleo: /fastapi-quiz answer it depends
        advance 1d
        @ben: /fastapi-quiz answer it depends
        """
    )
    daily, bens, cleos = (said.data["question_id"] for said in played.of("question")[:3])
    assert played.last("reveal").data["question_id"] == bens
    first, second = played.of("grade")
    assert first.data["question_id"] == cleos
    assert second.data["question_id"] == played.of("question", only=None)[1].data["question_id"]
    assert daily not in (bens, cleos)


async def test_complaint_11_one_post_spoils_the_same_question_in_another_channel(
    play: Play,
) -> None:
    played = await play(
        """
        at 2026-03-23 08:55
        @ana admin
        @ana: /fastapi-quiz schedule add 09:00 days:mon-sun level:5-year
        @ana: /fastapi-quiz schedule add 09:00 days:mon-sun level:5-year channel:#backend
        advance 10m
        @ben reacts :bulb:
        @cleo answers: bananas
        channel #backend
        @ben answers: anybody can read the payload of a token, it is only signed
        @cleo answers: anybody can read the payload of a token, it is only signed
        @dora answers: anybody can read the payload of a token, it is only signed
        advance 1d
        @ben answers: anybody can read the payload of a token, it is only signed
        """
    )
    assert {said.data["question_id"] for said in played.of("question")} == {"secret-in-token"}
    _, ben, cleo, dora, next_day = played.of("grade")
    assert (ben.data["earned"], cleo.data["earned"]) == (0, 0)
    assert "already shown" in ben.text
    assert dora.data["earned"] == next_day.data["earned"] > 0


async def test_complaint_11_practice_first_earns_nothing_afterwards(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben reacts :bulb:
        @cleo reacts :bulb:
        advance 2d
        @ben: /fastapi-quiz practice
        @ben presses Reveal
        @ben presses I knew it
        @ben presses Reveal
        @ben answers to 4: bananas and apples and oranges
        @cleo answers to 2: bananas and apples and oranges
        """
    )
    _, missed, _ = played.of("question", only=None)
    ben, cleo = played.of("grade")
    shown = [said.data["question_id"] for said in (ben, cleo, played.last("reveal"))]
    assert shown == [missed.data["question_id"]] * 3
    assert "already shown" in ben.text
    assert "already shown" not in cleo.text


async def test_the_first_answer_counts_and_later_ones_are_practice(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: bananas and apples and oranges
        @ben answers: something else entirely
        @ben: /fastapi-quiz leaderboard
        """
    )
    assert [said.data["first"] for said in played.of("grade")] == [True, False]
    assert (
        played.last("leaderboard").data["rows"][0]["points"]
        == (played.of("grade")[0].data["earned"])
    )


@pytest.mark.parametrize("slip", ["a", "b)", "1", "…", "🙂", "idk", "no idea, sorry"])
async def test_what_is_no_answer_yet_takes_no_first_answer_away(play: Play, slip: str) -> None:
    """Nor does it give anything away, or cost the streak."""
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: {slip}
        @ben: /fastapi-quiz answer {slip}
        @ben: /fastapi-quiz history
        @ben answers: FastAPI depends on Starlette and Pydantic
        @ben answers: {slip}
        """
    )
    slips, (first, later) = played.of("grade")[:2], played.of("grade")[2:]
    for said in slips:
        assert (said.data["score"], said.data["points"], said.data["earned"]) == (0, [], 0)
        assert said.data["gate"] in ("empty", "no_attempt")
        assert "Model answer" not in said.text
        assert "Streak: 1 question day." in said.text
        assert "[Answer] [Reveal]" in said.text
    assert "answered no question yet" in played.last("history").text
    assert first.data["first"] is True
    assert later.data["first"] is False
    assert "Model answer" in later.text


async def test_whoever_has_seen_the_answer_has_no_try_left(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben answers: idk
        @ben presses Reveal
        @ben answers: idk
        @ben answers: FastAPI depends on Starlette and Pydantic
        """
    )
    assert "no points" in played.last("reveal").text
    assert [said.data["first"] for said in played.of("grade")] == [False, True, False]
    assert {said.data["earned"] for said in played.of("grade")} == {0}


async def test_in_private_idk_counts_as_not_known_and_says_so(play: Play) -> None:
    """Nobody is told to say what they know above the answer; practice asks it again."""
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz ask
        @ben: /fastapi-quiz answer idk
        advance 1d
        @ben: /fastapi-quiz practice
        @ben: /fastapi-quiz answer I don't know
        @ben: /fastapi-quiz history 1
        """
    )
    asked, again = played.of("question", only="ben")[:2]
    assert again.data["question_id"] == asked.data["question_id"]
    for card in [*played.of("grade"), *played.of("past_answer")]:
        assert "No attempt, so it counts as not known yet: read the model answer." in card.text
        assert "say what you do know" not in card.text
        assert "Model answer" in card.text


async def test_the_question_pasted_in_private_is_a_slip(play: Play) -> None:
    asked = (await play("at 2026-03-23 08:55\n@ben: /fastapi-quiz ask")).last("question").text
    prompt = asked.split("\n\n")[1].splitlines()[0]
    played = await play(f"at 2026-03-23 08:56\n@ben: /fastapi-quiz answer {prompt}")
    assert played.last("error").text == (
        "This repeats the question: say what you would answer to it. Nothing was counted."
    )
    assert played.of("grade") == []


async def test_a_slip_neither_moves_a_review_nor_costs_a_question_of_an_interview(
    play: Play,
) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz ask
        @ben: /fastapi-quiz answer b
        @ben: /fastapi-quiz mock questions:2
        @ben: /fastapi-quiz answer b
        @ben: /fastapi-quiz answer I don't know
        """
    )
    assert [said.text for said in played.of("error")] == [
        "There is no answer here yet: write a sentence or two in your own words. "
        "Nothing was counted."
    ] * 2
    assert [said.data["step"] for said in played.of("mock")] == [1, 2]


@pytest.mark.parametrize(
    "said",
    [
        "B", "b.", "(b)", "“B”", "'b'", "**b**", "`b`", "B!", "b?", "Ｂ", "✅ B", "option b",
        "Answer: B", "The answer is B", "I think it's B", "I’d go with b", "probably b, I guess",
        "B - since it is so", "b because a is wrong",
    ],
)  # fmt: skip
async def test_a_letter_is_a_choice_however_it_is_said(tmp_path: Path, said: str) -> None:
    script = f"{START}\nadvance 10m\n@ben presses B\n@cem answers: {said}"
    played = await play_script(script, tmp_path, CHOICES)
    pressed, typed = played.of("grade")
    assert typed.data == pressed.data


@pytest.mark.parametrize("said", ["a or b", "A and B", "a, b", "B / C", "either b or c", "E", "2"])
async def test_no_letter_or_several_are_no_choice(tmp_path: Path, said: str) -> None:
    script = f"{START}\nadvance 10m\n@cem answers: {said}\n@cem answers: A"
    played = await play_script(script, tmp_path, CHOICES)
    assert "Answer with one of A, B, C, D" in played.last("error").text
    assert played.last("grade").data["first"] is True


async def test_no_attempt_at_a_choice_lists_no_points_of_its_answer(tmp_path: Path) -> None:
    script = "at 2026-03-23 08:55\n@ben: /fastapi-quiz ask\n@ben: /fastapi-quiz answer idk"
    grade = (await play_script(script, tmp_path, CHOICES)).last("grade")
    assert grade.data["points"] == []
    assert "not known yet: read the model answer." in grade.text


@pytest.mark.parametrize("said", ["A cat sat", "c++ is fast", "a/b testing", "I'd say a queue"])
async def test_a_word_is_no_letter(tmp_path: Path, said: str) -> None:
    script = f"{START}\nadvance 10m\n@cem answers: {said}"
    played = await play_script(script, tmp_path, CHOICES)
    assert played.last("grade").data["grader"] == "lexical"


async def test_a_choice_is_scored_by_the_choice_or_by_own_words(tmp_path: Path) -> None:
    script = f"""{START}
        advance 10m
        @ben presses A
        @cem presses B
        @dora answers: (c)
        @eva answers: E
        @fay reacts :bulb:
        @gil presses Answer
        @gil answers: I am not sure at all
        """
    played = await play_script(script, tmp_path, CHOICES)
    question, reveal = played.last("question"), played.last("reveal")
    assert "[A] [B] [C] [D] [Reveal]" in question.text
    grades = {said.only: said.data for said in played.of("grade")}
    assert sorted(grades) == ["ben", "cem", "dora", "gil"]
    assert grades["ben"]["score"] + grades["cem"]["score"] == 1.0
    assert {grades[who]["grader"] for who in ("ben", "cem", "dora")} == {"choice"}
    assert (grades["gil"]["grader"], grades["gil"]["score"]) == ("lexical", 0.0)
    assert "A, B, C, D" in played.last("error").text
    assert "Right: " in reveal.text

    choices = question.data["choices"]
    right = next(text for text in choices if f"Right: {text}" in reveal.text)
    wrong = next(text for text in choices if text != right)
    model = reveal.text.split("\n\n")[2].replace("\n", " ")
    script += f"""
        @hal answers: {right}
        @ida answers: {wrong}
        @jan answers: {model}
        """
    (tmp_path / "again").mkdir()
    again = await play_script(script, tmp_path / "again", CHOICES)
    scores = {said.only: said.data["score"] for said in again.of("grade")}
    assert (scores["hal"], scores["ida"]) == (1.0, 0.0)
    assert scores["jan"] >= 0.6
