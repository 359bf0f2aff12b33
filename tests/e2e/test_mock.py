"""Mock interviews, from the first question to the report."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.test_program import run
from tests.stage import CHOICES, DEEP, START, Play, play_script

NONSENSE = "Words about nothing in particular, said at some length and to no end."


async def test_an_interview_from_easy_to_hard_with_a_report(play: Play) -> None:
    played = await play(
        f"""
        at 2026-03-23 08:55 Europe/Berlin
        @ben: /fastapi-quiz mock questions:3
        @ben answers: {NONSENSE}
        @ben presses Answer
        @ben answers: {NONSENSE}
        @ben presses Skip
        @ben: /fastapi-quiz mock history
        """
    )
    steps = played.of("mock")
    assert [(said.data["step"], said.data["of"]) for said in steps] == [(1, 3), (2, 3), (3, 3)]
    assert len({said.data["question_id"] for said in steps}) == 3
    assert {said.only for said in played.messages} == {"ben"}
    assert played.last("form").text.startswith(steps[1].text.splitlines()[0].split(": ")[1])
    report = played.last("mock_report")
    assert report.data["score"] == 0
    assert set(report.data["topics"].values()) == {0}
    assert report.data["read"] == ["FastAPI documentation: Tutorial"]
    assert report.data["practise"] == [said.data["question_id"] for said in steps]
    assert "Model answers" in report.text
    [earlier] = played.last("mock_history").data["interviews"]
    assert (earlier["score"], earlier["questions"]) == (0.0, 3)
    assert not played.of("grade")


async def test_a_restart_in_the_middle_goes_on_and_nothing_is_asked_twice(play: Play) -> None:
    played = await play(
        f"""
        at 2026-03-23 08:55 Europe/Berlin
        @ben: /fastapi-quiz mock questions:2
        @ben answers: {NONSENSE}
        crash
        @ben answers: {NONSENSE}
        """
    )
    assert [said.data["step"] for said in played.of("mock")] == [1, 2]
    assert played.last("mock_report").data["ending"] == "finished"
    assert len(played.last("mock_report").data["questions"]) == 2


async def test_after_hours_and_a_crash_mock_shows_the_open_step_again(play: Play) -> None:
    played = await play(
        f"""
        at 2026-03-23 08:55 Europe/Berlin
        @ben: /fastapi-quiz mock questions:2
        crash
        advance 23h
        @ben: /fastapi-quiz mock questions:9
        advance 23h
        @ben: /fastapi-quiz answer {NONSENSE}
        @ben: /fastapi-quiz mock stop
        """
    )
    first, again, second = played.of("mock")
    assert first.data == again.data
    assert second.data["step"] == 2
    assert "still in this interview" in again.text
    assert played.last("mock_report").data["ending"] == "stopped"


async def test_after_a_day_it_ends_with_a_report_of_what_was_done(play: Play) -> None:
    played = await play(
        f"""
        at 2026-03-23 08:55 Europe/Berlin
        @ben: /fastapi-quiz mock questions:3
        @ben answers: {NONSENSE}
        @cem: /fastapi-quiz mock
        advance 2d
        @ben answers: {NONSENSE}
        @ben: /fastapi-quiz practice
        """
    )
    [report] = played.of("mock_report")
    assert (report.only, report.at) == ("ben", "2026-03-24T07:55:00Z")
    assert report.data["ending"] == "expired"
    assert len(report.data["questions"]) == 1
    assert "ended by itself" in report.text
    assert "is over" in played.last("error").text
    [review] = played.of("question", only="ben")
    assert review.data["question_id"] == report.data["practise"][0]


MET = "A dependency runs once in a request and its value is cached."
REST = "Tests replace it through app.dependency_overrides, by a fake."


async def test_a_follow_up_is_scored_by_what_was_missing(tmp_path: Path) -> None:
    played = await play_script(
        f"""
        @ben: /fastapi-quiz mock questions:1
        @ben answers: {MET}
        @ben answers: {REST}
        """,
        tmp_path,
        DEEP,
    )
    first, follow_up = played.of("mock")
    assert (first.data["follow_up"], follow_up.data["step"]) == (None, 1)
    assert follow_up.data["follow_up"] == "How do tests replace one by a fake?"
    assert follow_up.data["question_id"] == first.data["question_id"]
    assert "What can you say of the kind" in follow_up.text
    report = played.last("mock_report")
    assert 0.7 < report.data["score"] < 1
    assert sorted(report.data["strongest"]) == [MET.rstrip("."), REST.rstrip(".")]
    assert report.data["weakest"] == []


async def test_it_climbs_and_comes_down_and_shows_a_trend(tmp_path: Path) -> None:
    played = await play_script(
        f"""
        @ben: /fastapi-quiz mock questions:4
        @ben answers: {MET} {REST}
        @ben answers: {MET} {REST}
        @ben presses Skip
        @ben answers: {NONSENSE}
        @ben: /fastapi-quiz mock level:5-year
        @ben answers: {MET} {REST}
        @ben: /fastapi-quiz mock history
        """,
        tmp_path,
        DEEP,
    )
    levels = [said.data["level"] for said in played.of("mock")]
    assert levels == ["fresher", "2-year", "5-year", "2-year", "5-year"]
    first, second = played.of("mock_report")
    assert len(first.data["read"]) == 3
    assert second.data["of"] == 1
    assert second.data["score"] > 0.9
    assert "better than your last interview" in second.text
    assert played.last("mock_history").data["trend"] > 0.3
    assert "Trend: up" in played.last("mock_history").text


async def test_choices_level_and_wrong_numbers(tmp_path: Path) -> None:
    played = await play_script(
        """
        @ben: /fastapi-quiz mock questions:21
        @ben: /fastapi-quiz mock level:fresher topic:nothing
        @ben: /fastapi-quiz mock
        @ben presses A
        @ben answers: E
        @ben: /fastapi-quiz mock skip
        @ben: /fastapi-quiz mock skip
        """,
        tmp_path,
        CHOICES,
    )
    errors = [said.data for said in played.of("error")]
    assert errors[0] == {"reason": "command", "field": "questions"}
    assert [said.data["of"] for said in played.of("mock")] == [2, 2]
    assert ["Only 2 questions fit" in said.text for said in played.of("mock")] == [True, False]
    assert "A, B, C, D" in played.of("error")[2].text
    assert "no mock interview" in played.of("error")[3].text
    assert len(played.last("mock_report").data["questions"]) == 2


async def test_the_question_on_show_is_left_out_and_points_stay_apart(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben: /fastapi-quiz mock questions:20
        @ben: /fastapi-quiz today
        @ben answers: {NONSENSE}
        @ben: /fastapi-quiz mock
        @ben: /fastapi-quiz answer {NONSENSE}
        @ben: /fastapi-quiz mock stop
        @ben: /fastapi-quiz leaderboard
        @ben: /fastapi-quiz streak
        """
    )
    daily = played.of("question")[0].data["question_id"]
    assert daily not in {said.data["question_id"] for said in played.of("mock")}
    assert played.of("mock")[0].data["of"] == 7
    assert played.last("grade").data["question_id"] == daily
    assert len(played.of("grade")) == 1
    assert played.last("streak").data["current"] == 1
    assert [row["points"] for row in played.last("leaderboard").data["rows"]] == [0]


async def test_nobody_answers_somebody_else_s_interview(play: Play) -> None:
    played = await play(
        f"""
        @ben: /fastapi-quiz mock questions:1
        @cem answers: {NONSENSE}
        @cem presses Stop
        @cem: /fastapi-quiz mock stop
        workspace globex
        @ben: /fastapi-quiz mock history
        @ben: /fastapi-quiz mock skip
        workspace local
        @ben: /fastapi-quiz forget-me confirm:yes
        @ben: /fastapi-quiz mock skip
        @ben: /fastapi-quiz mock history
        """
    )
    assert len(played.of("mock")) == 1
    assert not played.of("mock_report")
    assert len(played.of("error")) == 5
    assert all(said.data["interviews"] == [] for said in played.of("mock_history"))


async def test_one_that_was_stopped_counts_what_was_answered(play: Play) -> None:
    played = await play(
        f"""
        @ben: /fastapi-quiz mock questions:3
        @ben: /fastapi-quiz answer {NONSENSE}
        @ben: /fastapi-quiz mock stop
        @ben: /fastapi-quiz mock history
        """
    )
    assert "over 1 of 3 questions. You stopped it." in played.last("mock_report").text
    assert "  1 of 3 questions, all questions" in played.last("mock_history").text


async def test_stopping_at_once_gives_no_report(play: Play) -> None:
    played = await play(
        """
        @ben: /fastapi-quiz mock
        @ben presses Stop
        @ben presses Stop
        @ben: /fastapi-quiz mock history
        """
    )
    assert "no report" in played.last("notice").text
    assert "is over" in played.last("error").text
    assert played.last("mock_history").data == {"interviews": [], "trend": None}


def test_the_report_is_a_file_whose_path_is_printed(tmp_path: Path) -> None:
    script = """
at 2026-03-23 08:55 Europe/Berlin
@ben: /fastapi-quiz mock questions:1 topic:testing
@ben: /fastapi-quiz mock skip
@ben: /fastapi-quiz mock questions:1
@ben: /fastapi-quiz mock skip
@ben: /fastapi-quiz mock history
"""
    folder = tmp_path / "out"
    done = run("simulate", "-", "--json", "--pictures", str(folder), folder=tmp_path, stdin=script)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    report = next(one["data"] for one in said if one["kind"] == "mock_report")
    (path,) = (Path(each["path"]) for each in report["files"] if each["path"].endswith(".md"))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Mock interview, 2026-03-23")
    assert "**Model answer**" in text
    assert Path(report["picture"]).suffix == ".png"
    history = next(one["data"] for one in said if one["kind"] == "mock_history")
    assert Path(history["picture"]).exists()
