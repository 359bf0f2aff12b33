"""Reviews, reminders and interviews: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.attempt import Attempt, AttemptKind
from bot.domain.delivery import DeliveryState, Draft, Purpose
from bot.domain.grading import Grade, PointVerdict, Verdict, band_of
from bot.domain.interview import Interview, InterviewId, Step
from bot.domain.people import Level, Member
from bot.domain.question import Kind, Markdown, Question, QuestionFilter, QuestionKey
from bot.domain.reminder import Reminder
from bot.domain.review import Review
from bot.ports import UnitOfWork
from storage.unit_of_work import SqlStorage

NOW = datetime(2026, 3, 27, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GRADE = Grade(0.5, band_of(0.5), (PointVerdict("One", Verdict.MET, "one"),), None, "lexical", "So")


async def make_member(work: UnitOfWork, team: str = "acme", name: str = "ben") -> Member:
    workspace = await work.workspaces.ensure("local", team, team)
    return await work.members.ensure(workspace.id, name, name)


def make_review(member: Member, question_id: str = "depends", due_at: datetime = NOW) -> Review:
    return Review(member.workspace_id, member.id, question_id, due_at)


async def test_a_review_is_one_row_for_a_member_and_a_question(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ben = await make_member(work)
        first = make_review(ben)
        assert await work.reviews.add([first, make_review(ben, "yield", NOW + DAY)]) == 2
        assert await work.reviews.add([replace(first, reviews=7)]) == 0
        known = replace(first, stability=2.5, difficulty=5.0, reviewed_at=NOW, reviews=1)
        await work.reviews.save(replace(known, lapses=1, asked_key="key"))
    async with storage.reading() as work:
        found = await work.reviews.find(ben.workspace_id, ben.id, "depends")
        assert found == replace(known, lapses=1, asked_key="key")
        assert await work.reviews.due(ben.workspace_id, ben.id, NOW) == [found]
        coming = await work.reviews.coming(ben.workspace_id, ben.id, NOW)
        assert [review.question_id for review in coming] == ["yield"]


async def test_reviews_of_others_and_of_other_tenants_stay_apart(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ben, cem = await make_member(work), await make_member(work, name="cem")
        other = await make_member(work, "globex")
        await work.reviews.add([make_review(ben)])
        for member in (cem, other):
            assert await work.reviews.due(member.workspace_id, member.id, NOW) == []
        assert await work.reviews.due(other.workspace_id, ben.id, NOW) == []
        assert await work.reviews.find(other.workspace_id, ben.id, "depends") is None


def make_post(member: Member, day: date, channel: str = "#general") -> Draft:
    at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    return Draft(
        workspace_id=member.workspace_id,
        channel=channel,
        slot=day,
        key=f"{channel}{day}",
        purpose=Purpose.QUESTION,
        due_at=at,
        expires_at=at,
        state=DeliveryState.CONFIRMED,
        question_id=f"q{channel}{day}",
        posted_at=at,
    )


async def take_part(work: UnitOfWork, member: Member, draft: Draft, kind: AttemptKind) -> None:
    delivery = await work.deliveries.by_key(member.workspace_id, draft.key)
    assert delivery is not None
    attempt = Attempt(
        member.workspace_id, member.id, delivery.id, draft.slot, kind, NOW, late=False, first=True
    )
    assert await work.attempts.add(attempt)


async def test_missed_are_dates_that_ended_in_channels_of_one_s_own(storage: SqlStorage) -> None:
    days = [date(2026, 3, 20) + n * DAY for n in range(6)]
    async with storage.writing() as work:
        ben, cem = await make_member(work), await make_member(work, name="cem")
        posts = [make_post(ben, day) for day in days]
        await work.deliveries.insert([*posts, make_post(ben, days[2], "#backend")])
        await take_part(work, ben, posts[1], AttemptKind.REVEAL)
        await take_part(work, ben, posts[2], AttemptKind.ANSWER)
        await take_part(work, ben, posts[3], AttemptKind.SELF_RATING)
        await take_part(work, cem, posts[0], AttemptKind.ANSWER)
        missed = await work.reviews.missed(ben, NOW - 30 * DAY)
        assert [one.slot for one in missed] == [days[1], days[4]]
        await work.reviews.add([make_review(ben, missed[0].question_id)])
        left = await work.reviews.missed(ben, NOW - 30 * DAY)
        assert [one.slot for one in left] == [days[4]]
        assert await work.reviews.missed(ben, NOW + DAY) == []
        dora = await make_member(work, name="dora")
        assert await work.reviews.missed(dora, NOW - 30 * DAY) == []


async def test_what_was_asked_alone_goes_behind_there_and_for_that_member_only(
    storage: SqlStorage,
) -> None:
    async with storage.writing() as work:
        ben, cem = await make_member(work), await make_member(work, name="cem")
        posted = make_post(ben, NOW.date())
        places = ((ben, "#general"), (ben, "#other"), (cem, "#general"))
        alone = [
            replace(posted, key=f"{member.name} {channel}", channel=channel, member_id=member.id)
            for member, channel in places
        ]
        await work.deliveries.insert([posted, *alone])
        await work.deliveries.put_behind(ben, "#general", NOW - timedelta(microseconds=1))
        found = [
            await work.deliveries.newest(member.workspace_id, channel, member.id)
            for member, channel in places
        ]
    assert [one and one.key for one in found] == [posted.key, "ben #other", "cem #general"]


def make_reminder(member: Member, wake_at: datetime = NOW) -> Reminder:
    return Reminder(
        member.workspace_id, member.id, time(18, 30), "Europe/Berlin", "#general", wake_at
    )


async def test_a_reminder_is_one_row_and_wakes_the_agenda(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ben = await make_member(work)
        assert (await work.agenda.next_wakes()).earliest() is None
        await work.reminders.save(make_reminder(ben))
        later = replace(make_reminder(ben, NOW + DAY), told_on=NOW.date())
        assert await work.reminders.take_due(NOW, 10) == [make_reminder(ben)]
        await work.reminders.save(later)
        assert await work.reminders.of(ben.workspace_id, ben.id) == later
        assert await work.reminders.take_due(NOW, 10) == []
        assert (await work.agenda.next_wakes()).earliest() == NOW + DAY
        await work.reminders.remove(ben.workspace_id, ben.id)
        assert (await work.agenda.next_wakes()).earliest() is None


async def make_question(work: UnitOfWork) -> QuestionKey:
    question = Question(
        "depends",
        "fastapi",
        "Depends",
        Level.FRESHER,
        ("routing",),
        Kind.OPEN,
        Markdown("Why?"),
        Markdown("Because."),
    )
    await work.questions.store_pack("fastapi", "1", [question])
    workspace = await work.workspaces.ensure("local", "acme", "acme")
    return (await work.questions.deck(workspace.id, QuestionFilter()))[0].key


def make_interview(member: Member) -> Interview:
    return Interview(
        InterviewId(0),
        member.workspace_id,
        member.id,
        "#general",
        3,
        Level.FRESHER,
        NOW,
        NOW + DAY,
        topic="routing",
    )


async def begin(work: UnitOfWork, member: Member) -> Interview:
    assert await work.interviews.begin(make_interview(member))
    begun = await work.interviews.open_of(member.workspace_id, member.id)
    assert begun is not None
    return begun


async def test_an_interview_is_read_back_with_its_steps(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ben, key = await make_member(work), await make_question(work)
        begun = await begin(work, ben)
        assert replace(begun, id=InterviewId(0)) == make_interview(ben)
        assert not await work.interviews.begin(make_interview(ben))
        step = Step(1, "mock-a", key, "depends", NOW)
        await work.interviews.add_step(begun, step)
        done = replace(step, answered_at=NOW, answer="Ünï ✓", grade=GRADE)
        assert await work.interviews.settle_step(begun, done)
        assert not await work.interviews.settle_step(begun, replace(done, answer="again"))
        follow_up = replace(step, key="mock-b", follow_up="And?")
        await work.interviews.add_step(begun, follow_up)
    async with storage.reading() as work:
        found = await work.interviews.open_of(ben.workspace_id, ben.id)
        assert found is not None
        assert found.steps == (done, follow_up)
        assert found.current == follow_up
        assert await work.interviews.times_asked(ben.workspace_id, ben.id) == {"depends": 1}


async def test_an_interview_ends_once_and_makes_room(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ben = await make_member(work)
        begun = await begin(work, ben)
        assert (await work.agenda.next_wakes()).earliest() == NOW + DAY
        assert await work.interviews.expired(NOW, 10) == []
        assert await work.interviews.expired(NOW + DAY, 10) == [begun]
        ended = replace(begun, ended_at=NOW, score=0.25, expires_at=None)
        assert await work.interviews.end(ended)
        assert not await work.interviews.end(replace(ended, score=1.0))
        assert (await work.agenda.next_wakes()).earliest() is None
        second = await begin(work, ben)
        assert await work.interviews.end(replace(second, ended_at=NOW))
        assert await work.interviews.history(ben.workspace_id, ben.id) == [ended]
        stranger = await make_member(work, "globex")
        assert await work.interviews.history(stranger.workspace_id, ben.id) == []
        assert await work.interviews.open_of(stranger.workspace_id, ben.id) is None


async def test_two_at_once_begin_one_interview_and_settle_a_step_once(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ben, key = await make_member(work), await make_question(work)

    async def begin_one() -> bool:
        async with storage.writing() as work:
            return await work.interviews.begin(make_interview(ben))

    assert sorted(await asyncio.gather(*(begin_one() for _ in range(4)))) == [0, 0, 0, 1]
    step = Step(1, "mock-a", key, "depends", NOW)
    async with storage.writing() as work:
        begun = await work.interviews.open_of(ben.workspace_id, ben.id)
        assert begun is not None
        await work.interviews.add_step(begun, step)

    async def settle() -> bool:
        async with storage.writing() as work:
            return await work.interviews.settle_step(begun, replace(step, answered_at=NOW))

    assert sorted(await asyncio.gather(*(settle() for _ in range(4)))) == [0, 0, 0, 1]


async def test_no_two_processes_take_the_same_reminder(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        for number in range(8):
            await work.reminders.save(make_reminder(await make_member(work, name=f"m{number}")))

    async def take() -> list[int]:
        async with storage.writing() as work:
            taken = await work.reminders.take_due(NOW, 3)
            for reminder in taken:
                await work.reminders.save(replace(reminder, wake_at=NOW + DAY))
            return [reminder.member_id for reminder in taken]

    taken = [one for batch in await asyncio.gather(*(take() for _ in range(6))) for one in batch]
    assert len(taken) == len(set(taken)) == 8


async def test_forgetting_erases_reviews_reminders_and_interviews(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ben, cem, key = (
            await make_member(work),
            await make_member(work, name="cem"),
            await make_question(work),
        )
        for member in (ben, cem):
            await work.reviews.add([make_review(member)])
            await work.reminders.save(make_reminder(member))
            begun = await begin(work, member)
            step = Step(1, f"mock-{member.name}", key, "depends", NOW)
            await work.interviews.add_step(begun, step)
        await work.members.erase(ben)
    async with storage.reading() as work:
        assert await work.reviews.due(ben.workspace_id, ben.id, NOW) == []
        assert await work.reminders.of(ben.workspace_id, ben.id) is None
        assert await work.interviews.open_of(ben.workspace_id, ben.id) is None
        assert await work.interviews.times_asked(ben.workspace_id, ben.id) == {}
        assert await work.reviews.due(cem.workspace_id, cem.id, NOW) == [make_review(cem)]
        assert await work.interviews.times_asked(cem.workspace_id, cem.id) == {"depends": 1}


async def test_a_reminder_that_is_being_changed_is_taken_back_afterwards(
    storage: SqlStorage,
) -> None:
    """One that could not be sent is put back while the member says that they want none."""
    async with storage.writing() as work:
        ben = await make_member(work)
        wish = Reminder(ben.workspace_id, ben.id, time(8), "UTC", "#general", NOW)
        await work.reminders.save(wish)

    async def take_back() -> None:
        async with storage.writing() as work:
            await work.reminders.remove(ben.workspace_id, ben.id)

    async with storage.writing() as work:
        known = await work.reminders.of(ben.workspace_id, ben.id, to_change=True)
        assert known == wish
        taking_back = asyncio.create_task(take_back())
        for _ in range(50):
            await work.members.away(ben.workspace_id, ben.id)
        await work.reminders.save(replace(known, wake_at=NOW + DAY))
    await taking_back
    async with storage.reading() as work:
        assert await work.reminders.of(ben.workspace_id, ben.id) is None


async def test_a_review_that_is_rated_while_it_is_asked_stays_rated(storage: SqlStorage) -> None:
    async with storage.writing() as work:
        ben = await make_member(work)
        await work.reviews.add([make_review(ben)])

    async def rate() -> None:
        async with storage.writing() as work:
            review = await work.reviews.find(ben.workspace_id, ben.id, "depends", to_change=True)
            assert review is not None
            await work.members.away(ben.workspace_id, ben.id)
            await work.reviews.save(replace(review, reviews=review.reviews + 1))

    async with storage.writing() as work:
        [due] = await work.reviews.due(ben.workspace_id, ben.id, NOW)
        rating = asyncio.gather(*(rate() for _ in range(5)))
        for _ in range(50):
            await work.members.away(ben.workspace_id, ben.id)
        await work.reviews.note_asked(due, "key")
    await rating
    async with storage.reading() as work:
        found = await work.reviews.find(ben.workspace_id, ben.id, "depends")
    assert found == replace(make_review(ben), reviews=5, asked_key="key")
