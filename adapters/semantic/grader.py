"""A grader that finds a point also where it is said in other words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from adapters.semantic.model import MiniLM, Vectors
from bot.domain.grading import Grade, GradingTask
from bot.domain.question import KeyPoint
from bot.domain.writing import Asker
from bot.grading.answer import read_answer
from bot.grading.aside import Queue
from bot.grading.focus import measure_focus
from bot.grading.kept import KeptTasks
from bot.grading.lexical import (
    LexicalGrader,
    PreparedTask,
    grade_matches,
    prepare_task,
    refuse_answer,
)
from bot.grading.matching import Vocabulary, is_content, list_spans
from bot.grading.points import WeighedPoint, draw_key_points, match_point, weigh_point
from bot.grading.scoring import Curve, Curves, Ramp, Whole
from bot.grading.tables import rarity_of
from bot.grading.text import Token, group_sentences, read_tokens

SEMANTIC = Curves(
    Curve(leniency=0.45, benefit=0.6, doubt=0.8, chance=0.15),
    Ramp(chance=0.18, full=0.55, leniency=0.6),
)
NO_KINSHIP = 0.25
SAME = 0.9
"""Cosines of word vectors that count as nothing and as the same word."""
ECHO_FROM = 0.5
"""Cosine from which a word of a point is one of the question's."""
KIN = 0.5
"""Cosine of averaged texts, the question's direction taken out, from which they are full kin."""
PATIENCE = 0.5
BUSY = "the semantic grader is busy"


Marks = NDArray[np.bool_]
"""A mark for each word of a text."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The words of a text and their vectors."""

    tokens: tuple[Token, ...]
    vectors: Vectors
    """Zeros for a word that the model did not read."""
    read: Marks
    """Which of the words the model read."""
    telling: Marks
    """Which of the words carry meaning by themselves."""
    stems_with_meaning: frozenset[str]
    """The stems of the words that the model read."""


@dataclass(frozen=True, slots=True)
class SemanticTask:
    """A task whose points carry meanings."""

    prepared: PreparedTask
    points: tuple[tuple[WeighedPoint, Meaning], ...]
    question: Meaning
    reference: Meaning
    about: Meaning
    """The words of question, reference and points: what an answer may be about."""


class AlignedVocabulary(Vocabulary):
    """A text's words as one point sees them: nearness in letters and in meaning, averaged."""

    def __init__(self, words: Vocabulary, point: Meaning, text: Meaning) -> None:
        self._words = words
        self._aligned = _align(point, text)
        self._read = text.stems_with_meaning

    def find_nearest(self, token: Token) -> tuple[float, str]:
        """Give the mean closeness, and the stem that is nearest in the surer of the two ways."""
        lexical = self._words.find_nearest(token)
        semantic = self._aligned.get(token.start)
        if semantic is None or (lexical[0] > semantic[0] and lexical[1] not in self._read):
            return lexical
        nearest = lexical if lexical[0] >= semantic[0] else semantic
        return (lexical[0] + semantic[0]) / 2, nearest[1]


class EchoVocabulary(AlignedVocabulary):
    """The question's words: a word echoes them in letters or in meaning."""

    def find_nearest(self, token: Token) -> tuple[float, str]:
        """Give the larger closeness."""
        lexical = self._words.find_nearest(token)
        cosine, stem = self._aligned.get(token.start, (0.0, ""))
        restored = NO_KINSHIP + cosine * (SAME - NO_KINSHIP)
        return max(lexical, (max(0.0, restored - ECHO_FROM) / (1.0 - ECHO_FROM), stem))


def make_meaning(tokens: tuple[Token, ...], vectors: Vectors) -> Meaning:
    """Put words together with their vectors, a row each."""
    read = np.any(vectors, axis=1)
    telling = np.array([is_content(token) for token in tokens], dtype=np.bool_)
    stems = frozenset(token.stem for token, seen in zip(tokens, read, strict=True) if seen)
    return Meaning(tokens, vectors, read, telling, stems)


def _align(point: Meaning, text: Meaning) -> dict[int, tuple[float, str]]:
    """Give for each word of the point that was read, by its place, the nearest word of the text.

    A word with content is only compared with words with content.
    """
    if not text.tokens or not point.tokens:
        return {}
    cosines = point.vectors @ text.vectors.T
    cosines[point.telling[:, None] & ~text.telling] = -1.0
    nearest = cosines.argmax(axis=1)
    closeness = np.clip((cosines.max(axis=1) - NO_KINSHIP) / (SAME - NO_KINSHIP), 0.0, 1.0)
    rows = zip(point.tokens, closeness.tolist(), nearest.tolist(), point.read, strict=True)
    return {
        token.start: (close, text.tokens[best].stem if close > 0 else "")
        for token, close, best, seen in rows
        if seen
    }


def join_meanings(*parts: Meaning) -> Meaning:
    """Put the words of several texts together."""
    tokens = tuple(token for part in parts for token in part.tokens)
    return make_meaning(tokens, np.concatenate([part.vectors for part in parts]))


def measure_kinship(reference: Meaning, answer: Meaning, question: Meaning) -> float:
    """Give how near (0..1) two texts come as wholes beyond what the question makes them share."""
    asked = _average(question)
    left, right = (
        each - (each @ asked) * asked for each in (_average(reference), _average(answer))
    )
    lengths = float(np.linalg.norm(left) * np.linalg.norm(right))
    cosine = float(left @ right) / lengths if lengths > 0 else 0.0
    return min(1.0, max(0.0, cosine) / KIN)


def _average(meaning: Meaning) -> Vectors:
    """Average the words with content, rare ones more, to a unit vector; zeros without any."""
    marked = zip(meaning.tokens, meaning.telling, strict=True)
    weights = [rarity_of(token) if telling else 0.0 for token, telling in marked]
    summed = np.array(weights, dtype=np.float32) @ meaning.vectors
    length = float(np.linalg.norm(summed))
    return np.asarray(summed / length if length > 0 else summed, dtype=np.float32)


def _cut_out(part: str, whole: str, meaning: Meaning) -> Meaning | None:
    """Give the meaning that a part has in its context, or None if it is no part of the whole."""
    first = whole.find(part)
    if first < 0:
        return None
    tokens = read_tokens(part)
    places = [
        place
        for place, token in enumerate(meaning.tokens)
        if first <= token.start and token.end <= first + len(part)
    ]
    return make_meaning(tokens, meaning.vectors[places]) if len(places) == len(tokens) else None


class SemanticGrader:
    """Grades like the lexical grader, with MiniLM's sense of which words are near.

    Who would have to wait longer than `patience` (seconds) behind others is graded by the
    lexical grader, and told so.
    """

    name = "semantic"

    def __init__(self, model: MiniLM, patience: float = PATIENCE) -> None:
        self._model = model
        self._patience = patience
        self._queue = Queue()
        self._hurried = LexicalGrader()
        self._tasks = KeptTasks(self._make)

    async def grade(self, task: GradingTask, answer: str, asker: Asker | None = None) -> Grade:
        """Grade in a thread: the model takes longer than an event loop may be held."""
        if self._queue.wait > self._patience:
            grade = await self._hurried.grade(task, answer)
            return replace(grade, grader=f"{grade.grader}, {BUSY}")
        return await self._queue.run(self.grade_answer, task, answer)

    def grade_answer(self, task: GradingTask, answer: str) -> Grade:
        """Grade one answer; the gates come first and ask no model."""
        read = read_answer(answer)
        refused = refuse_answer(prepare_task(task), read)
        if refused is not None:
            return replace(refused, grader=self.name)
        semantic = self._tasks.get(task)
        meaning = self._understand(answer, read.tokens, task.question)
        matches = [
            match_point(point, read, AlignedVocabulary(read.words, aligned, meaning))
            for point, aligned in semantic.points
        ]
        topic = semantic.prepared.topic
        near = AlignedVocabulary(topic.words, meaning, semantic.about)
        whole = Whole(
            measure_focus(read.content, replace(topic, words=near)),
            measure_kinship(semantic.reference, meaning, semantic.question),
        )
        return grade_matches(semantic.prepared, matches, read, SEMANTIC, self.name, whole)

    def _read(self, text: str, context: str = "") -> Meaning:
        return self._understand(text, read_tokens(text), context)

    def _understand(self, text: str, tokens: tuple[Token, ...], context: str) -> Meaning:
        return make_meaning(tokens, self._model.embed_words(text, tokens, context))

    def _make(self, task: GradingTask) -> SemanticTask:
        prepared = prepare_task(task)
        question, reference = self._read(task.question), self._read(task.reference, task.question)
        asked, expected = Vocabulary(question.tokens), Vocabulary(reference.tokens)
        spans = list_spans(group_sentences(task.reference, reference.tokens))

        def weigh(point: KeyPoint) -> tuple[WeighedPoint, Meaning]:
            meaning = _cut_out(point.text, task.reference, reference) or self._read(
                point.text, task.question
            )
            echoed = EchoVocabulary(asked, meaning, question)
            whole = AlignedVocabulary(expected, meaning, reference)
            weighed = weigh_point(point, prepared.drawn, echoed, whole, spans)
            return weighed, meaning

        points = task.key_points or draw_key_points(task.reference)
        weighed = tuple(map(weigh, points))
        about = join_meanings(question, reference, *(meaning for _, meaning in weighed))
        return SemanticTask(prepared, weighed, question, reference, about)


def load_semantic_grader() -> SemanticGrader:
    """Load the model (some 0.2 s); raises SemanticUnavailable."""
    return SemanticGrader(MiniLM())
