"""What admins do to the bank in chat, as transcripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.questions.loader import load_pack
from bot.questions.writing import describe_question, write_csv, write_json
from bot.services.generated_pack import GeneratedPack
from tests.stage import PACKS, START, Play

SMALL = load_pack(PACKS["small"])
SINGLE = PACKS["small"] / "own-rule.md"


def states(data: dict[str, object]) -> dict[str, str]:
    questions = data["questions"]
    assert isinstance(questions, list)
    return {row["question_id"]: row["state"] for row in questions}


async def test_the_bank_shows_how_questions_did_the_worst_first(play: Play) -> None:
    played = await play(
        START
        + """
        advance 10m
        @ben answers: Whatever the team likes best
        @cem answers: The price of bananas
        @ana: /fastapi-quiz questions bank
        @ana: /fastapi-quiz questions bank sort:id level:fresher
        """
    )
    [question] = played.of("question")
    worst, by_id = [said.data["questions"] for said in played.of("bank")]
    shown = question.data["question_id"]
    assert (worst[0]["question_id"], worst[0]["shown"], worst[0]["answered"]) == (shown, 1, 2)
    assert (worst[0]["right"], worst[0]["mean_score"]) == (0.0, 0.0)
    assert {row["shown"] for row in worst[1:]} == {0}
    assert "shown 1, answered 2, right 0 %, mean score 0 %" in played.of("bank")[0].text
    assert [row["question_id"] for row in by_id] == sorted(row["question_id"] for row in by_id)
    assert {row["level"] for row in by_id} == {"fresher"}


async def test_a_retired_question_is_never_posted_until_it_is_restored(play: Play) -> None:
    retired = SMALL[0].id
    script = f"{START}\n@ana: /fastapi-quiz questions retire {retired}\nadvance 14d\n"
    played = await play(f"{script}\n@ana: /fastapi-quiz questions restore {retired}\nadvance 8d")
    posted = [said.data["question_id"] for said in played.of("question")]
    before = [said for said in played.of("question") if said.at < "2026-04-06T06:55"]
    assert len(before) == 14
    assert retired not in posted[:14]
    assert set(posted[:7]) == {question.id for question in SMALL[1:]}
    assert retired in posted[14:]
    assert [states(said.data) for said in played.of("bank")] == [
        {retired: "retired"},
        {retired: "active"},
    ]


async def test_retiring_is_the_workspace_s_own_and_said_twice_changes_nothing(play: Play) -> None:
    name = SMALL[0].id
    played = await play(
        f"""
        @ana admin
        @ana: /fastapi-quiz questions retire {name}
        @ana: /fastapi-quiz questions retire {name.upper()}
        @ana: /fastapi-quiz questions bank state:retired
        workspace globex
        @gus admin
        @gus: /fastapi-quiz questions bank state:retired
        @gus: /fastapi-quiz questions retire {name[:-1]}
        """
    )
    assert "nothing was changed" in played.of("bank")[1].text
    assert states(played.of("bank")[2].data) == {name: "retired"}
    nothing, unknown = played.of("error", "gus")
    assert "No question fits: all questions, retired." in nothing.text
    assert f'Did you mean "{name}"?' in unknown.text


async def test_members_may_look_at_nothing_and_change_nothing(play: Play) -> None:
    verbs = ("bank", f"retire {SMALL[0].id}", f"restore {SMALL[0].id}", "import", "export small")
    played = await play("\n".join(f"@ben: /fastapi-quiz questions {verb}" for verb in verbs))
    assert [said.data["reason"] for said in played.messages] == ["forbidden"] * len(verbs)


async def test_words_are_looked_for_and_one_question_is_shown_whole(play: Play) -> None:
    one = SMALL[0]
    word = one.title.split()[0].lower()
    played = await play(
        START
        + f"""
        @ana: /fastapi-quiz questions bank words:"{one.id.replace("-", " ")}"
        @ana: /fastapi-quiz questions bank words:{word} sort:id
        @ana: /fastapi-quiz questions bank words:zebra
        @ana: /fastapi-quiz questions show {one.id.upper()}
        @ana: /fastapi-quiz questions show no-such
        @ben: /fastapi-quiz questions show {one.id}
        """
    )
    by_id, by_title = played.of("bank")
    assert list(states(by_id.data)) == [one.id]
    assert one.id in states(by_title.data)
    [shown] = played.of("bank_question")
    assert shown.only == "ana"
    assert one.prompt in shown.text
    assert one.answer in shown.text
    reasons = [said.data["reason"] for said in played.of("error")]
    assert reasons == ["not_found", "not_found", "forbidden"]


async def test_pages_of_the_bank(play: Play, tmp_path: Path) -> None:
    objects = [describe_question(SMALL[0]) | {"id": f"copy-{number:02}"} for number in range(23)]
    (tmp_path / "ours.json").write_text(json.dumps(objects))
    played = await play(
        f"""
        @ana admin
        @ana: /fastapi-quiz questions import {tmp_path}/ours.json
        @ana: /fastapi-quiz questions bank pack:ours page:3
        @ana: /fastapi-quiz questions bank pack:ours page:4
        """
    )
    assert list(states(played.last("bank").data)) == ["copy-20", "copy-21", "copy-22"]
    assert "Page 3 of 3, 23 questions." in played.last("bank").text
    assert played.last("error").text == "There is no page 4: the last one is 3."


@pytest.mark.parametrize("name", ["ours.json", "ours.csv", "own-rule.md"])
async def test_a_file_becomes_a_pack_that_a_schedule_posts(
    play: Play, tmp_path: Path, name: str
) -> None:
    texts = {"json": write_json(SMALL), "csv": write_csv(SMALL), "md": SINGLE.read_text()}
    (tmp_path / name).write_text(texts[name.rpartition(".")[2]], newline="")
    played = await play(
        f"""
        @ana admin
        @ana: /fastapi-quiz questions import {tmp_path}/{name} pack:ours
        @ana: /fastapi-quiz schedule add 09:00 tz:UTC pack:ours
        advance 1d
        @ana: /fastapi-quiz questions import {tmp_path}/{name} pack:ours
        @ana: /fastapi-quiz questions export ours
        workspace globex
        @gus admin
        @gus: /fastapi-quiz schedule add 09:00 tz:UTC pack:ours
        @gus: /fastapi-quiz questions export ours
        """
    )
    count = 1 if name.endswith("md") else len(SMALL)
    told = [said for said in played.of("notice", "ana") if "pack" in said.data]
    first, second, exported = told
    assert (first.data["pack"], first.data["new"], first.data["unchanged"]) == ("ours", count, 0)
    assert (second.data["new"], second.data["unchanged"]) == (0, count)
    assert (exported.data["file"], exported.data["questions"]) == ("ours.json", count)
    assert len(played.of("question")) == 1
    no_questions, no_pack = played.of("error", "gus")
    assert 'There is no pack "ours".' in no_questions.text
    assert 'There is no pack "ours".' in no_pack.text


async def test_a_file_with_faults_changes_nothing_and_all_are_named(
    play: Play, tmp_path: Path
) -> None:
    objects = [describe_question(SMALL[0]) | {"id": f"q-{n}", "level": "guru"} for n in range(12)]
    (tmp_path / "good.json").write_text(write_json(SMALL[:1]))
    (tmp_path / "bad.json").write_text(json.dumps(objects))
    (tmp_path / "junk.json").write_bytes(bytes(range(256)))
    (tmp_path / "large.json").write_bytes(b"[" + b" " * 11_000_000 + b"]")
    played = await play(
        f"""
        @ana admin
        @ana: /fastapi-quiz questions import {tmp_path}/good.json pack:ours
        @ana: /fastapi-quiz questions import {tmp_path}/bad.json pack:ours
        @ana: /fastapi-quiz questions import {tmp_path}/junk.json pack:ours
        @ana: /fastapi-quiz questions import {tmp_path}/large.json pack:ours
        @ana: /fastapi-quiz questions import {tmp_path}/none.json pack:ours
        @ana: /fastapi-quiz questions import {tmp_path} pack:ours
        @ana: /fastapi-quiz questions import {tmp_path}/good.json pack:small
        @ana: /fastapi-quiz questions import {tmp_path}/good.json pack:fastapi
        @ana: /fastapi-quiz questions import text:hello pack:ours
        @ana: /fastapi-quiz questions bank pack:ours
        """
    )
    bad, junk, large, missing, folder, shipped, typed = (
        said.text for said in played.of("error", "ana")
    )
    assert "the file has 12 faults" in bad
    assert bad.count("`level` is `guru`") == 10
    assert played.of("notice")[1].data == {"faults": 12}
    assert "not UTF-8 text" in junk
    assert "larger than 10 MB" in large
    assert "There is no file" in missing
    assert "There is no file" in folder
    assert "belongs to this program" in shipped
    assert "The column `hello` is not known." in typed
    assert list(states(played.last("bank").data)) == [SMALL[0].id]
    assert states(played.of("bank")[-1].data)


async def test_which_pack_is_exported(play: Play, tmp_path: Path) -> None:
    (tmp_path / "ours.json").write_text(write_json(SMALL[:2]))
    played = await play(
        f"""
        @ana admin
        @ana: /fastapi-quiz questions export
        @ana: /fastapi-quiz questions export smal
        @ana: /fastapi-quiz questions export small format:csv
        @ana: /fastapi-quiz questions import {tmp_path}/ours.json
        @ben: /fastapi-quiz practice drill:yes
        @ana: /fastapi-quiz questions export
        """
    )
    which, unknown = (said.text for said in played.of("error"))
    assert which == "Which pack? Packs here: small."
    assert 'Did you mean "small"?' in unknown
    small, _, own = (said.data for said in played.of("notice"))
    assert (small["file"], small["questions"]) == ("small.csv", 8)
    assert (own["file"], own["questions"]) == ("ours.json", 2)


async def test_import_without_a_file_opens_the_form(play: Play) -> None:
    played = await play("@ana admin\n@ana: /fastapi-quiz questions import")
    assert played.last("form").data == {
        "form": "questions import",
        "fields": ["file", "pack", "text"],
    }


async def test_a_schedule_of_an_unknown_pack_is_told_what_there_is(play: Play) -> None:
    played = await play(
        """
        @ana admin
        @ana: /fastapi-quiz schedule add 09:00 pack:fastapi-generate
        @ana: /fastapi-quiz schedule add 09:00 pack:smal
        """
    )
    near, other = (said.text for said in played.of("error"))
    assert 'There is no pack "fastapi-generate". Did you mean "fastapi-generated"?' in near
    assert 'Did you mean "small"? Packs here: fastapi-generated, small.' in other


async def test_a_schedule_may_post_generated_questions_and_others_do_not(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GeneratedPack.__init__, "__defaults__", (5,))
    played = await play(
        """
        at 2026-03-23 08:55 UTC
        @ana admin
        @ana: /fastapi-quiz schedule add 09:00 tz:UTC days:mon-sun pack:fastapi-generated
        channel #other
        @ana: /fastapi-quiz schedule add 09:00 tz:UTC days:mon-sun
        advance 5d
        @ana: /fastapi-quiz topics
        """
    )
    by_channel: dict[str, set[str]] = {"#general": set(), "#other": set()}
    for said in played.of("question"):
        by_channel[said.channel].add(said.data["question_id"])
    assert len(by_channel["#general"]) == 5
    assert all(name.startswith("generated-") for name in by_channel["#general"])
    assert by_channel["#other"] <= {question.id for question in SMALL}
    assert sum(played.last("topics").data["levels"].values()) == len(SMALL)


async def test_reports_bring_a_question_to_the_top(play: Play) -> None:
    played = await play(
        START
        + """
        advance 10m
        @ben: /fastapi-quiz report reason:"This is out of date"
        @cem: /fastapi-quiz report reason:"Wrong since 0.100"
        @ana: /fastapi-quiz questions bank
        """
    )
    [question] = played.of("question")
    first, *others = played.of("bank")[0].data["questions"]
    assert (first["question_id"], first["reports"]) == (question.data["question_id"], 2)
    assert {row["reports"] for row in others} == {0}
    assert "2 reports" in played.of("bank")[0].text
