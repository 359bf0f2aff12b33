"""A pack of questions from somebody's file, taken whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.people import WorkspaceId
from bot.domain.question import Question, digest_versions
from bot.domain.reading import did_you_mean
from bot.errors import CommandError, NotFound
from bot.ports import Storage

LONGEST_NAME = 60
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a pack, by number of questions; `left_out` were in it before."""

    pack: str
    questions: int
    new: int
    changed: int
    left_out: int

    @property
    def unchanged(self) -> int:
        """How many were stored just so before."""
        return self.questions - self.new - self.changed

    def __str__(self) -> str:
        counts = [
            (self.new, "new"),
            (self.changed, "changed"),
            (self.unchanged, "unchanged"),
            (self.left_out, "left out, with their history kept"),
        ]
        details = ", ".join(f"{count} {word}" for count, word in counts if count)
        noun = "question" if self.questions == 1 else "questions"
        return f"The pack {self.pack} has {self.questions} {noun}: {details}."


@dataclass
class Importing:
    """Stores packs; `reserved` names belong to the packs of the program itself."""

    storage: Storage
    reserved: Collection[str]

    async def import_pack(
        self, questions: Sequence[Question], pack: str, workspace_id: WorkspaceId | None
    ) -> Imported:
        """Make these the whole of a workspace's own pack, or of one for all (None).

        One transaction: readers see the old pack or the new one. An edited question gets a
        new version, and one that is not in the file any more stays readable where it was shown.

        Raises:
            CommandError: the name can't be a pack's.
        """
        name = require_name(pack, self.reserved)
        stored = [replace(question, pack=name) for question in questions]
        versions = {question.id: question.version for question in stored}
        async with self.storage.writing() as work:
            before = await work.questions.current_versions(workspace_id, name)
            digest = digest_versions(versions.values())
            await work.questions.store_pack(name, digest, stored, workspace_id)
        return _compare(name, before, versions)


def require_name(pack: str, reserved: Collection[str]) -> str:
    """Return the name if a pack may have it.

    Raises:
        CommandError: it may not; says what may.
    """
    if pack in reserved:
        raise CommandError(
            f"The pack {pack} belongs to this program, which keeps it up to date. "
            f"Give yours another name, such as pack:my-{pack}.",
            field="pack",
        )
    if len(pack) > LONGEST_NAME or not _NAME.fullmatch(pack):
        raise CommandError(
            f'"{pack}" can\'t be the name of a pack. Use small letters, digits and single '
            "hyphens, such as pack:our-backend.",
            field="pack",
        )
    return pack


def suggest_name(file: str) -> str:
    """Return the name of a pack that comes from a file or folder of this name."""
    stem = file.rsplit(".", 1)[0] if "." in file else file
    return "-".join(re.findall(r"[a-z0-9]+", stem.lower()))[:LONGEST_NAME].strip("-") or "ours"


async def find_workspace(storage: Storage, name: str) -> WorkspaceId:
    """Return the workspace that an operator calls PLATFORM:ID.

    Raises:
        NotFound: there is none; names those that there are.
    """
    async with storage.reading() as work:
        everyone = await work.workspaces.everyone()
    names = {f"{one.platform}:{one.external_id}": one.id for one in everyone}
    if name in names:
        return names[name]
    hint = did_you_mean(name, names) if names else " None has used the bot with this database yet."
    raise NotFound(f'There is no workspace "{name}".{hint} Write it like slack:T012ABC.')


def _compare(pack: str, before: Mapping[str, str], after: Mapping[str, str]) -> Imported:
    new = sum(name not in before for name in after)
    changed = sum(name in before and before[name] != after[name] for name in after)
    left_out = sum(name not in after for name in before)
    return Imported(pack, len(after), new, changed, left_out)
