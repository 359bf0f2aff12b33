"""The main job over real sockets: schedule, post, react, answer."""

from __future__ import annotations

from datetime import timedelta

from tests.fakes.slack_bot import Bot, post_question
from tests.fakes.slack_limits import all_text
from tests.fakes.slack_state import Fault


async def test_help_is_private_and_has_buttons(bot: Bot) -> None:
    await bot.type(bot.ben, "")

    assert (bot.last.kind, bot.last.only, bot.last.via) == ("help", bot.ben.id, "response_url")
    assert "My streak" in [button["text"]["text"] for button in bot.last.buttons]


async def test_help_shows_admins_what_they_have_and_nobody_else(bot: Bot) -> None:
    shown = {}
    for member in (bot.ben, bot.ana):
        await bot.type(member, "help")
        buttons = [button["text"]["text"] for button in bot.last.buttons]
        shown[member.name] = (
            "schedule pause ID" in all_text(bot.last.blocks),
            "Schedule" in buttons,
        )
    assert shown == {"ben": (False, False), "ana": (True, True)}


async def test_help_comes_also_while_slack_does_not_say_who_is_an_admin(bot: Bot) -> None:
    bot.server.inject("users.info", *[Fault(error="fatal_error")] * 2)
    await bot.type(bot.ana, "help")
    assert bot.last.kind == "help"
    assert "Admins also have schedule" in all_text(bot.last.blocks)


async def test_a_question_is_posted_once_with_its_key(bot: Bot) -> None:
    await bot.type(bot.ana, "schedule add 10:05")
    bot.clock.move_to(bot.clock.now() + timedelta(minutes=5))
    await bot.settle()
    await bot.settle()

    (post,) = [message for message in bot.messages if message.kind == "question"]
    assert post.only is None
    assert post.metadata
    assert len(post.metadata["event_payload"]["key"]) <= 25
    assert [button["text"]["text"] for button in post.buttons[-2:]] == ["Reveal", "Report"]


async def test_choices_are_buttons(bot: Bot) -> None:
    question = await post_question(bot, button="B")
    await bot.acts.press(bot.ben, question, "B")
    await bot.settle()

    assert (bot.last.kind, bot.last.only) == ("grade", bot.ben.id)


async def test_a_member_who_is_no_admin_may_not_schedule(bot: Bot) -> None:
    await bot.type(bot.ben, "schedule add 10:05")

    assert (bot.last.kind, bot.last.only) == ("error", bot.ben.id)
    assert "Only admins" in bot.last.text


async def test_owners_configure_and_whoever_admins_add_until_they_take_it_back(bot: Bot) -> None:
    olga = bot.server.add_user(bot.team, "olga", is_owner=True)
    bot.general.members.add(olga.id)
    await bot.type(olga, "schedule add 10:05")
    assert bot.last.kind == "schedule"

    await bot.type(bot.ben, "help")
    await bot.type(bot.ana, f"admins add <@{bot.ben.id}|ben>")
    await bot.type(bot.ben, "schedule pause 1")
    assert bot.last.kind == "schedule"

    await bot.type(bot.ana, f"admins remove <@{bot.ben.id}|ben>")
    await bot.type(bot.ben, "schedule resume 1")
    assert (bot.last.kind, bot.last.only) == ("error", bot.ben.id)


async def test_a_right_that_was_taken_away_counts_at_once(bot: Bot) -> None:
    await bot.type(bot.ana, "schedule list")
    bot.ana.is_admin = False

    await bot.type(bot.ana, "schedule add 10:05")

    assert "Only admins" in bot.last.text


async def test_a_reaction_shows_the_answer_in_the_thread_to_whoever_reacted(bot: Bot) -> None:
    await post_question(bot)
    question = bot.question()

    await bot.acts.react(bot.ben, question)
    await bot.settle()

    assert (bot.last.kind, bot.last.only) == ("reveal", bot.ben.id)
    assert (bot.last.thread, bot.last.shown) == (question.ts, True)


async def test_self_rating_follows_the_reveal(bot: Bot) -> None:
    await post_question(bot)
    await bot.acts.react(bot.ben, bot.question())
    await bot.settle()

    await bot.acts.press(bot.ben, bot.last, "I knew it")
    await bot.settle()

    assert (bot.last.kind, bot.last.only) == ("notice", bot.ben.id)
    assert "Your streak is 1" in bot.last.text


async def test_an_answer_is_typed_into_a_modal_and_graded_in_private(bot: Bot) -> None:
    await post_question(bot)
    await bot.acts.press(bot.ben, bot.question(), "Answer")
    await bot.settle()
    assert bot.acts.open_view(bot.ben)

    await bot.acts.submit(bot.ben, {"text": "Depends() resolves a tree of dependencies."})
    await bot.settle()

    assert (bot.last.kind, bot.last.only) == ("grade", bot.ben.id)


async def test_a_direct_message_between_others_takes_no_schedule(bot: Bot) -> None:
    """Commands can be typed there, too; the bot can't."""
    theirs = bot.server.add_channel(bot.team, "", bot=False, kind="im")
    own = bot.server.add_channel(bot.team, "", kind="im")
    await bot.acts.type(bot.ana, theirs.id, "schedule add 10:05")
    await bot.settle()
    assert (bot.last.kind, bot.last.only) == ("error", bot.ana.id)
    assert "not part of that direct message" in bot.last.text

    for scopes in (bot.team.scopes, bot.team.scopes - {"im:history"}):
        bot.team.scopes = scopes
        await bot.acts.type(bot.ana, own.id, "schedule add 10:05")
        await bot.settle()
        assert bot.last.kind == "schedule"
