"""Posts a delivery once, and says what became of it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.domain import delivery as moves
from bot.domain.delivery import Change
from bot.errors import NotSent, Rejected, RejectReason
from bot.ports import ChatPort, Clock
from bot.services.holding import Holding
from bot.services.jobs import Job

log = structlog.get_logger(__name__)


async def post_once(
    chat: ChatPort,
    job: Job,
    begin_before: datetime,
    clock: Clock,
    lease: timedelta,
    holding: Holding,
) -> Change:
    """Post, and say what became of it; never raises.

    A post gives up after half the lease, so that nobody else looks for it meanwhile, and is not
    begun after `begin_before`. What the platform said is remembered in `holding`.
    """
    delivery, workspace = job.delivery, job.workspace
    assert job.card is not None
    words = {"delivery": delivery.key, "workspace": workspace.external_id}
    try:
        log.debug("sending", slot=str(delivery.slot), purpose=delivery.purpose)
        async with asyncio.timeout(lease.total_seconds() / 2):
            # looked at last: a process that was stopped until now has lost its lease
            if (now := clock.now()) > begin_before:
                return moves.leave_for_later(now, "It waited too long for its turn.")
            message_id = await chat.post(
                workspace.external_id, delivery.channel, job.card, delivery.key
            )
    except NotSent as error:
        log.warning("post_refused", **words, problem=str(error))
        now = clock.now()
        wait = moves.heed(error.retry_after, moves.back_off(delivery.tries))
        holding.wait(workspace.id, now + wait, str(error))
        return moves.postpone(now, wait, str(error))
    except Rejected as error:
        log.warning("post_rejected", **words, problem=str(error))
        if error.reason is RejectReason.REVOKED:
            holding.wait(workspace.id, clock.now() + lease, str(error))
        return moves.fail(error)
    except (Exception, asyncio.CancelledError) as error:
        if (task := asyncio.current_task()) and task.cancelling():
            raise  # it is this process that ends, and no library that breaks off its own call
        log.warning("post_in_doubt", **words, problem=repr(error))
        holding.fail(workspace.id, clock.now())
        return moves.lose_reply(clock.now(), lease)
    holding.succeed(workspace.id)
    now = clock.now()
    late = round((now - delivery.due_at).total_seconds(), 3)
    log.info("posted", **words, channel=delivery.channel, message=message_id, late=late)
    return moves.confirm(message_id, now)
