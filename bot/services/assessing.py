"""The grader that asks a language model, and leans on the embedded one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

import structlog

from bot.domain.assessment import Assessment, Judged
from bot.domain.grading import Grade, GradingTask
from bot.domain.writing import Asker
from bot.errors import ModelError, StorageError
from bot.grading.assessed import (
    FAR,
    check_evidence,
    join_verdicts,
    make_grade,
    score_verdicts,
    turn_around,
)
from bot.grading.gates import WORDS_ALONE_TELL
from bot.grading.points import draw_key_points
from bot.ports import Assessor, Clock, Grader, Storage

log = structlog.get_logger(__name__)

OFFLINE = "scored offline"
LONGEST_READ = 40_000
"""Characters of an answer that a model is shown; what follows can't be evidence either."""


@dataclass
class AssessingGrader:
    """Grades by a model's verdicts. Whatever fails, there is the embedded grader's score.

    The embedded gates come first and ask no model, unless they know too few words to tell. With a
    storage, the same answer to the same question gets the same grade again within a workspace.
    """

    assessor: Assessor
    embedded: Grader
    clock: Clock
    storage: Storage | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self.assessor.name

    async def grade(self, task: GradingTask, answer: str, asker: Asker | None = None) -> Grade:
        """Grade; never raises because of the answer or the model."""
        offline = await self.embedded.grade(task, answer)
        if offline.gate not in (None, *WORDS_ALONE_TELL) or not offline.points:
            return offline
        if not task.key_points:
            task = replace(task, key_points=draw_key_points(task.reference))
        digest = self._digest(task, answer)
        kept = await self._find(asker, digest)
        if kept is not None:
            return kept
        try:
            grade = await self._ask(task, _make_printable(answer), offline.score, asker)
        except ModelError as problem:
            log.warning("scored_offline", model=self.name, problem=str(problem))
            return replace(offline, grader=f"{offline.grader}, {OFFLINE}")
        await self._keep(asker, digest, grade)
        return grade

    async def _ask(
        self, task: GradingTask, answer: str, expected: float, asker: Asker | None
    ) -> Grade:
        """Ask once; far from what was expected once more, with the points in reverse.

        Where that fails the first word stands: only the order of the points was in doubt.
        """
        points = task.key_points
        said = await self.assessor.assess(task, answer, asker)
        judged = check_evidence(points, said, answer)
        score = score_verdicts(points, judged)
        if abs(score - expected) > FAR:
            try:
                turned = await self._ask_reversed(task, answer, asker)
            except ModelError as problem:
                log.warning("not_asked_again", model=self.name, problem=str(problem))
                turned = said
            again = check_evidence(points, turned, answer)
            score = (score + score_verdicts(points, again)) / 2
            judged = join_verdicts(judged, again)
        return make_grade(points, judged, score, said, self.name)

    async def _ask_reversed(
        self, task: GradingTask, answer: str, asker: Asker | None
    ) -> Assessment:
        turned = replace(task, key_points=task.key_points[::-1])
        said = await self.assessor.assess(turned, answer, asker)
        points: dict[int, Judged] = turn_around(said.points, len(task.key_points))
        return replace(said, points=points)

    def _digest(self, task: GradingTask, answer: str) -> str:
        what = json.dumps([asdict(task), answer, self.assessor.digest], sort_keys=True)
        return hashlib.blake2b(what.encode(), digest_size=16).hexdigest()

    async def _find(self, asker: Asker | None, digest: str) -> Grade | None:
        if asker is None or self.storage is None:
            return None
        async with self.storage.reading() as work:
            return await work.model_book.find_grade(asker.workspace_id, digest)

    async def _keep(self, asker: Asker | None, digest: str, grade: Grade) -> None:
        """Keep it if that can be: the asker may have been erased while the model thought."""
        if asker is None or self.storage is None:
            return
        try:
            async with self.storage.writing() as work:
                await work.model_book.keep_grade(asker, digest, grade, self.clock.now())
        except StorageError as problem:
            log.warning("grade_not_kept", problem=str(problem))


def _make_printable(answer: str) -> str:
    """Cut what is beyond the limit and replace what no encoding can carry."""
    return answer[:LONGEST_READ].encode("utf-8", "replace").decode()
