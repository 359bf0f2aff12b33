"""What a question writer hands in, and on whose account a model is asked."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.people import Level, MemberId, WorkspaceId
from bot.domain.question import Choice, KeyPoint, Kind, letter_choices


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose answer or wish costs a call to a model: daily limits count by workspace."""

    workspace_id: WorkspaceId
    member_id: MemberId


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    """A question as a model wrote it: plain text that nobody has checked yet.

    An open question has key points, a choice question has choices.
    """

    title: str
    level: Level
    topics: tuple[str, ...]
    kind: Kind
    prompt: str
    answer: str
    key_points: tuple[KeyPoint, ...] = ()
    choices: tuple[Choice, ...] = ()
    sources: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def lettered(self) -> dict[str, Choice]:
        """The choices by their letters; none for an open question."""
        return letter_choices(self.choices)

    def data(self) -> dict[str, object]:
        """Return it as a question file's keys, all but `id`, for `build_question`."""
        return {
            "title": self.title,
            "level": self.level.value,
            "topics": list(self.topics),
            "kind": self.kind.value,
            "prompt": self.prompt,
            "answer": self.answer,
            "key_points": [{"text": one.text, "weight": one.weight} for one in self.key_points],
            "choices": [
                {"text": one.text, "right": one.right, "why": one.why} for one in self.choices
            ],
            "sources": list(self.sources),
            "mistakes": list(self.mistakes),
        }
