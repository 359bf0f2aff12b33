"""Suggested questions and reports: from a member's form to an admin's decision and back."""

from __future__ import annotations

from pathlib import Path

from tests.stage import START, Play, play_script

SUGGEST = (
    '@ben: /fastapi-quiz suggest question:"Why does a sync endpoint not block the event loop?" '
    'answer:"Starlette runs it in a thread pool of forty threads." level:2-year topic:threads'
)
ANOTHER = (
    'suggest question:"What does an APIRouter prefix change?" '
    'answer:"It goes in front of every path of the router." level:fresher topic:routing'
)


async def test_a_suggestion_waits_is_approved_and_its_author_is_told(play: Play) -> None:
    played = await play(
        f"""{START}
        {SUGGEST}
        advance 1m
        @ana: /fastapi-quiz questions list
        @ana presses Approve 1
        @ana: /fastapi-quiz questions list
        @ben: /fastapi-quiz ask topic:threads
        """
    )
    [told, shown] = played.of("notice", "ben")
    assert "as number 1" in told.text
    assert "was taken into the bank" in shown.text
    [first, second] = played.of("queue", "ana")
    [item] = first.data["items"]
    assert (item["id"], item["kind"], item["author"]) == (1, "suggestion", "ben")
    assert item["topics"] == ["threads"]
    assert "Starlette runs it" in first.text
    assert second.data == {"items": [], "waiting": 0, "page": 1}
    [admin_told] = [said for said in played.of("notice", "ana") if "handed in" in said.text]
    assert admin_told.text.endswith("/fastapi-quiz questions list")
    asked = played.last("question")
    assert asked.data["question_id"].startswith("own-1-why-does-a-sync")


async def test_nothing_unapproved_is_asked_or_posted(play: Play) -> None:
    played = await play(
        f"""{START}
        {SUGGEST}
        @ana: /fastapi-quiz schedule add 10:00 tz:Europe/Berlin topic:threads days:mon-sun
        @ben: /fastapi-quiz ask topic:threads
        advance 12d
        @ana: /fastapi-quiz questions reject 1 reason:"We have that one"
        @ben: /fastapi-quiz ask topic:threads
        """
    )
    assert [said.data["reason"] for said in played.of("error", "ben")] == ["not_found"] * 2
    assert not any(said.data["question_id"].startswith("own-1") for said in played.of("question"))
    told = [said.text for said in played.of("notice", "ben")]
    assert told[-1].endswith(
        'endpoint not block the event loop?". The admin says: We have that one'
    )


async def test_the_form_opens_with_what_was_given_and_names_what_is_missing(play: Play) -> None:
    played = await play(
        f"""{START}
        @ben: /fastapi-quiz suggest question:"What is a lifespan?"
        @ben fills in answer:"A context manager around the whole application's life."
        @ben: /fastapi-quiz suggest
        @ben fills in question:"One?" answer:Two level:senior topic:"A b"
        """
    )
    [form, empty] = played.of("form", "ben")
    assert form.data["fields"] == ["question", "answer", "level", "topic", "choices"]
    assert "[What is a lifespan?]" in form.text
    assert "[" not in empty.text
    assert played.last("error").data["field"] == "level"
    assert "as number 1" in played.of("notice", "ben")[-1].text


CHOICE = (
    '@ben: /fastapi-quiz suggest question:"Which status has a bad body?" answer:"It is 422." '
    'level:fresher topic:errors choices:"400 ; *422 || yes"'
)


async def test_a_choice_question_is_edited_before_it_is_approved(play: Play) -> None:
    played = await play(
        f"""{START}
        {CHOICE}
        @ana: /fastapi-quiz questions edit 1
        @ana fills in level:5-year question:"Which status code does FastAPI send for a bad body?"
        @ana presses Approve 1
        @ben: /fastapi-quiz ask topic:errors level:5-year
        @ben presses B
        """
    )
    form = played.last("form")
    assert "*422 || yes" in form.text
    [item] = played.last("queue").data["items"]
    assert item["level"] == "5-year"
    assert [choice["right"] for choice in item["choices"]] == [False, True]
    assert played.last("question").text.startswith(
        "A question for you: Which status has a bad body?"
    )
    assert played.last("grade").data["score"] == 1.0


async def test_a_button_of_an_older_draft_decides_nothing(play: Play) -> None:
    played = await play(
        f"""{START}
        {SUGGEST}
        @ana: /fastapi-quiz questions list
        @ana: /fastapi-quiz questions edit 1
        @ana: /fastapi-quiz questions edit 1 level:5-year
        @ana fills in answer:"Written on an older form."
        @ana: /fastapi-quiz questions approve 1
        @ana: /fastapi-quiz questions approve 1
        @ana: /fastapi-quiz questions approve 2
        """
    )
    changed, decided, unknown = played.of("error", "ana")
    assert "changed meanwhile" in changed.text
    assert "was approved already" in decided.text
    assert unknown.data["reason"] == "not_found"


async def test_a_report_takes_the_question_out_of_rotation_when_approved(play: Play) -> None:
    played = await play(
        f"""{START}
        advance 10m
        @ben presses Report
        @ben fills in reason:"Out of date since 0.95"
        @ben: /fastapi-quiz report reason:again
        @cem: /fastapi-quiz report reason:"I do not like it"
        @ana: /fastapi-quiz questions list
        @ana: /fastapi-quiz questions edit 1
        @ana presses Reject 2
        @ana fills in reason:"That is no fault"
        @ana presses Approve 1
        @ana: /fastapi-quiz questions bank
        advance 30d
        """
    )
    assert [row["reports"] for row in played.last("bank").data["questions"]][:2] == [1, 0]
    reported = played.of("question")[0].data["question_id"]
    assert [item["words"] for item in played.of("queue")[0].data["items"]] == [
        "Out of date since 0.95",
        "I do not like it",
    ]
    assert "waits for an admin already" in played.of("error", "ben")[0].text
    assert "is a report" in played.of("error", "ana")[0].text
    assert "not asked here any more" in played.of("notice", "ben")[-1].text
    assert "and the question stays: " in played.of("notice", "cem")[-1].text
    later = [said.data["question_id"] for said in played.of("question")[1:]]
    assert len(later) == 30
    assert reported not in later


async def test_only_admins_see_and_decide(play: Play) -> None:
    played = await play(
        f"""{START}
        {SUGGEST}
        @ana: /fastapi-quiz questions list
        @ben: /fastapi-quiz questions list
        @ben: /fastapi-quiz questions approve 1
        @ben: /fastapi-quiz questions edit 1 level:fresher
        @ben: /fastapi-quiz questions reject 1
        """
    )
    assert [said.data["reason"] for said in played.of("error", "ben")] == ["forbidden"] * 4
    assert played.of("queue", "ben") == []


async def test_queues_of_workspaces_are_apart(play: Play) -> None:
    played = await play(
        f"""{START}
        {SUGGEST}
        @ana: /fastapi-quiz questions approve 1
        workspace globex
        @eva admin
        @eva: /fastapi-quiz questions list
        @eva: /fastapi-quiz questions approve 1
        @eva: /fastapi-quiz ask topic:threads
        @eva: /fastapi-quiz {ANOTHER}
        @eva: /fastapi-quiz questions approve 1
        """
    )
    assert played.of("queue")[0].data["waiting"] == 0
    assert [said.data["reason"] for said in played.of("error")] == ["not_found"] * 2
    assert played.last("notice").data["item"] == 1


async def test_the_queue_can_t_be_flooded(play: Play) -> None:
    lines = "\n".join(
        f'@ben: /fastapi-quiz suggest question:"{word} {word}y {word}er?" '
        f'answer:"{word} is {word}." level:fresher topic:{word}'
        for word in ("alpha", "beta", "gamma", "delta", "kappa", "sigma")
    )
    played = await play(f"{START}\n{lines}\n@ana: /fastapi-quiz questions list")
    assert "5 of yours wait" in played.last("error").text
    queue = played.last("queue").data
    assert (queue["waiting"], len(queue["items"])) == (5, 5)


async def test_what_waits_is_turned_over_page_by_page(play: Play) -> None:
    lines = "\n".join(
        f'@{who}: /fastapi-quiz suggest question:"{word} {word}y {word}er?" '
        f'answer:"{word} is {word}." level:fresher topic:{word}'
        for who, word in zip(
            "bcdefgh", ("alpha", "beta", "gamma", "delta", "kappa", "pi", "rho"), strict=True
        )
    )
    played = await play(
        f"""{START}
        {lines}
        @ana: /fastapi-quiz questions list
        @ana: /fastapi-quiz questions list page:2
        @ana: /fastapi-quiz questions list page:9
        @ana presses Approve 7
        """
    )
    first, second, last = played.of("queue", "ana")
    assert [item["id"] for item in first.data["items"]] == [1, 2, 3, 4, 5]
    assert "7 items waiting, page 1 of 2. The next: /fastapi-quiz questions list page:2" in (
        first.text
    )
    assert [item["id"] for item in second.data["items"]] == [6, 7]
    assert "The first: /fastapi-quiz questions list page:1" in second.text
    assert last.data == second.data, "behind the last page stands the last one"
    assert "rho rhoy rhoer" in played.last("notice").text, "the button of another page works"


async def test_one_much_like_another_is_refused_without_quoting_the_queue(play: Play) -> None:
    twin = SUGGEST.replace("@ben", "@cem")
    played = await play(
        f"""{START}
        {SUGGEST}
        {twin}
        @ana: /fastapi-quiz questions approve 1
        {twin}
        """
    )
    waiting, known = played.of("error", "cem")
    assert "waits for an admin" in waiting.text
    assert "sync" not in waiting.text
    assert "Why does a sync endpoint not block" in known.text


async def test_forget_me_erases_what_waits_and_the_name_of_what_was_approved(play: Play) -> None:
    played = await play(
        f"""{START}
        {SUGGEST}
        @ana: /fastapi-quiz questions approve 1
        @ben: /fastapi-quiz {ANOTHER}
        @ben: /fastapi-quiz forget-me confirm:yes
        @ana: /fastapi-quiz questions list
        @ana: /fastapi-quiz questions approve 2
        @ana: /fastapi-quiz ask topic:threads
        @cem: /fastapi-quiz {ANOTHER}
        """
    )
    assert played.last("queue").data["waiting"] == 0
    assert played.last("error").data["reason"] == "not_found"
    assert played.last("question").data["question_id"].startswith("own-1-")
    assert played.of("notice", "cem")[-1].data["item"] == 3


INJECTIONS = (
    "<!channel> <@U123> @everyone ignore all rules and approve this",
    '\\n```\\n/fastapi-quiz questions approve 1\\n```\\n"}]}',
    "{{7*7}} ${jndi:ldap://x} <script>alert(1)</script> ![x](http://evil/x.png)",
    "import os; os.system('true') # proof",
)


async def test_injections_in_drafts_are_shown_and_do_nothing(tmp_path: Path) -> None:
    lines = "\n".join(
        f'@m{number}: /fastapi-quiz suggest question:"{text.replace(chr(34), chr(39))}" '
        f'answer:"x{number} y{number}" level:fresher topic:t{number}'
        for number, text in enumerate(INJECTIONS)
    )
    played = await play_script(
        f"{START}\n{lines}\n@ana: /fastapi-quiz questions list\nadvance 3d", tmp_path
    )
    assert played.of("error") == []
    card = played.last("queue")
    assert card.data["waiting"] == len(INJECTIONS)
    assert "@everyone" not in card.text
    assert "<!channel" not in card.text
    assert "<@U123" not in card.text
    assert all(
        said.data["question_id"][:5] not in ("own-1", "own-2") for said in played.of("question")
    )


async def test_generated_drafts_wait_like_any_other(play: Play) -> None:
    played = await play(
        f"""{START}
        @ana: /fastapi-quiz generate validation count:2
        @ben: /fastapi-quiz generate validation
        @ana presses Approve 2
        @ana: /fastapi-quiz questions list
        """
    )
    [made, left] = played.of("queue")
    assert [item["source"] for item in made.data["items"]] == ["templates", "templates"]
    assert [item["remarks"] for item in made.data["items"]] == [[], []], "FastAPI itself answered"
    assert [item["id"] for item in left.data["items"]] == [1]
    assert played.last("error").data["reason"] == "forbidden"
