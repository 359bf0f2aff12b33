"""Looking for a post by its key, over as many tries as Slack's limits make it take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.failures import CALL_ERRORS, explain, word_of
from adapters.slack.messages import read_key
from bot.domain.newest import Newest
from bot.errors import ChatError, NotSent, OutcomeUnknown
from bot.ports import Found

PAGE_SIZE = 200
MOST_BEGUN = 1000
SHOWN_WITHIN = timedelta(minutes=2)
"""How long Slack may take to show a message that it has: so much is read again where a search was
broken off, which may have begun while the post was on its way."""
_ASK_AGAIN = timedelta(seconds=5)
_LOST_PLACE = "invalid_cursor"


@dataclass(frozen=True, slots=True)
class _Search:
    """What is left of a search: from the cursor back to `oldest`, and then, where it was broken
    off, what has come since `newest` or was not shown yet."""

    oldest: float
    newest: float = 0.0
    cursor: str = ""
    was_broken_off: bool = False

    def resume(self) -> _Search:
        """Return the search as it goes on after a while."""
        return replace(self, was_broken_off=bool(self.cursor))

    def move_on(self, page: Mapping[str, Any]) -> _Search | None:
        """Return what is left once the page was read; None for nothing."""
        newest = max([self.newest, *(float(message["ts"]) for message in _messages(page))])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if cursor:
            return replace(self, newest=newest, cursor=cursor)
        unseen_from = newest - SHOWN_WITHIN.total_seconds()
        return _Search(oldest=unseen_from, newest=newest) if self.was_broken_off else None


@dataclass
class Searching:
    """Reads a channel, or a thread, and looks at the messages' metadata.

    What Slack breaks off goes on where it was: in a busy channel it would never end otherwise.
    """

    _begun: Newest[str, _Search] = field(default_factory=lambda: Newest(MOST_BEGUN))

    async def find(
        self, client: AsyncWebClient, channel: str, key: str, since: datetime, thread: str | None
    ) -> Found | None:
        """Return the post with the key; None if there is none.

        Raises:
            ChatError: as `bot.ports.ChatPort.find` says.
        """
        begun = self._begun.get(key)
        left: _Search | None = begun.resume() if begun else _Search(since.timestamp())
        try:
            while left:
                page = await _read_page(client, channel, thread, left)
                for message in _messages(page):
                    if read_key(message) == key:
                        left = None
                        return Found(message["ts"], _time_of(message["ts"]))
                left = left.move_on(page)
            return None
        except CALL_ERRORS as error:
            if word_of(error) == _LOST_PLACE:
                left = None
            raise _explain(error) from error
        finally:
            self._keep(key, left)

    def _keep(self, key: str, left: _Search | None) -> None:
        self._begun.pop(key, None)
        if left and left.newest:
            self._begun[key] = left


def _messages(page: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    return page.get("messages") or ()


async def _read_page(
    client: AsyncWebClient, channel: str, thread: str | None, search: _Search
) -> Mapping[str, Any]:
    """Read a page of the channel, or of a thread, which the channel's history leaves out."""
    asked: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{search.oldest:.6f}",
        "include_all_metadata": True,
        "limit": PAGE_SIZE,
        "cursor": search.cursor or None,
    }
    if thread:
        answer = await client.conversations_replies(ts=thread, **asked)
    else:
        answer = await client.conversations_history(**asked)
    return cast(Mapping[str, Any], answer.data)


def _explain(error: Exception) -> ChatError:
    """Nothing is sent by a search: where Slack does not answer, it may be asked again."""
    meaning = explain(error)
    may_work = isinstance(meaning, OutcomeUnknown) or word_of(error) == _LOST_PLACE
    return NotSent(str(meaning), _ASK_AGAIN) if may_work else meaning


def _time_of(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
