"""Every error that people meet: one plain sentence that ends in the next step.

QuizError
├── ConfigError        settings that can't be read or don't fit (exit 2)
├── ScriptError        a simulation line that can't be understood (exit 2)
├── CommandError       a command that can't be read, or can't be done now
│   ├── Forbidden      the caller may not
│   └── NotFound       what the caller named does not exist here
├── PackError          a question pack has faults; carries all of them
├── StorageError       the database can't be used
│   ├── SchemaError    its schema is older or newer than this program
│   └── Erased         what a write belongs to was erased in the same instant
├── ModelError         a language model gave nothing that can be used
└── ChatError          what a ChatPort says of a call that did not simply work
    ├── NotSent        provably not posted: safe to try again, not before `retry_after`
    ├── Rejected       permanent: no channel, no rights, revoked
    └── OutcomeUnknown the reply was lost: posted or not, nobody knows yet
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class QuizError(Exception):
    """The root. `str(error)` is fit for the person who caused it."""

    exit_code = 1


class ConfigError(QuizError):
    """Settings that can't be read or don't fit; names the key and the nearest right one."""

    exit_code = 2


class ScriptError(QuizError):
    """A line of a simulation script that can't be understood."""

    exit_code = 2

    def __init__(self, line_number: int, problem: str) -> None:
        where = f"Line {line_number}: " if line_number else ""
        super().__init__(f"{where}{problem}")
        self.line_number = line_number


class CommandError(QuizError):
    """A command that can't be read or done; the text says what was read and gives an example.

    `field` names the option at fault, for platforms that show it beside a form's field.
    """

    reason = "command"

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class Forbidden(CommandError):
    """The caller lacks the rights; the text says who has them."""

    reason = "forbidden"


class NotFound(CommandError):
    """Something that the caller named does not exist in this workspace."""

    reason = "not_found"


@dataclass(frozen=True, slots=True)
class PackFault:
    """One fault in one file of a question pack, with how to mend it. Lines count from 1."""

    file: str
    line: int
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem} {self.mend}"


class PackError(QuizError):
    """A pack that can't be used. All faults of all its files are here, none is hidden."""

    def __init__(self, faults: Iterable[PackFault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        noun = "fault" if count == 1 else "faults"
        super().__init__("\n".join([f"{count} {noun} in the pack:", *map(str, self.faults)]))


class StorageError(QuizError):
    """The database can't be reached, written or read."""


class SchemaError(StorageError):
    """The database's schema is not the one this program was built for."""


class Erased(StorageError):
    """The member, the workspace or the post that a write belongs to is not there any more."""


class ModelError(QuizError):
    """A language model gave nothing usable: not reachable, over its limit, or not readable."""


class RejectReason(StrEnum):
    """Why a platform will never accept a call as it stands."""

    CHANNEL_GONE = "channel_gone"
    NO_RIGHTS = "no_rights"
    REVOKED = "revoked"
    INVALID = "invalid"


class ChatError(QuizError):
    """A platform call that did not simply work."""


class NotSent(ChatError):
    """The platform provably did not act on the call: it may be repeated after `retry_after`."""

    def __init__(self, problem: str, retry_after: timedelta = timedelta(0)) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class Rejected(ChatError):
    """The platform refuses for good; `mend` tells an admin exactly what to do."""

    def __init__(self, reason: RejectReason, problem: str, mend: str) -> None:
        super().__init__(f"{problem} {mend}".rstrip())
        self.reason = reason
        self.mend = mend


class OutcomeUnknown(ChatError):
    """The reply was lost: the call may or may not have taken effect."""
